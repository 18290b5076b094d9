package dev.millrace.http.http2;

import static dev.millrace.server.Http2Client.ACK;
import static dev.millrace.server.Http2Client.COMPRESSION_ERROR;
import static dev.millrace.server.Http2Client.CONTINUATION;
import static dev.millrace.server.Http2Client.DATA;
import static dev.millrace.server.Http2Client.END_HEADERS;
import static dev.millrace.server.Http2Client.END_STREAM;
import static dev.millrace.server.Http2Client.FLOW_CONTROL_ERROR;
import static dev.millrace.server.Http2Client.FRAME_SIZE_ERROR;
import static dev.millrace.server.Http2Client.GOAWAY;
import static dev.millrace.server.Http2Client.HEADERS;
import static dev.millrace.server.Http2Client.PADDED;
import static dev.millrace.server.Http2Client.PING;
import static dev.millrace.server.Http2Client.PRIORITY;
import static dev.millrace.server.Http2Client.PROTOCOL_ERROR;
import static dev.millrace.server.Http2Client.PUSH_PROMISE;
import static dev.millrace.server.Http2Client.RST_STREAM;
import static dev.millrace.server.Http2Client.SETTINGS;
import static dev.millrace.server.Http2Client.STREAM_CLOSED;
import static dev.millrace.server.Http2Client.WINDOW_UPDATE;
import static dev.millrace.server.Http2Client.block;
import static dev.millrace.server.Http2Client.frame;
import static dev.millrace.server.Http2Client.get;
import static dev.millrace.server.Http2Client.int32;
import static dev.millrace.server.Http2Client.request;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Http2Client;
import dev.millrace.server.Http2Client.Frame;
import dev.millrace.server.RunningServer;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules of RFC 9113 that the public conformance suite h2spec checks, section by section, on a
 * real connection. After each connection error, GOAWAY has its code and the connection ends.
 */
abstract class Http2Contract {
  static final int INITIAL_WINDOW_SIZE = 4;
  static final int BIG_BYTES = 300_000;
  static final String BIG = "/big";

  @TempDir Path root;
  private RunningServer running;

  /** Starts a server that speaks HTTP/2 at {@link #address}. */
  abstract RunningServer start(Path root) throws Exception;

  abstract InetSocketAddress address(RunningServer running);

  @BeforeEach
  void start() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    byte[] big = new byte[BIG_BYTES];
    new SplittableRandom(1).nextBytes(big);
    Files.write(root.resolve("big"), big);
    running = start(root);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  final Http2Client open(int... settings) throws Exception {
    return Http2Client.open(address(running), settings);
  }

  /** What a test sends. */
  @FunctionalInterface
  private interface Script {
    void run(Http2Client client) throws Exception;
  }

  private void assertConnectionError(int code, Script script) throws Exception {
    try (Http2Client client = open()) {
      client.keepsWindows();
      script.run(client);
      assertEquals(code, client.goAway());
    }
    try (Http2Client other = open()) {
      assertEquals(200, other.get(1, "/a").status());
    }
  }

  private void assertStreamError(int code, int stream, Script script) throws Exception {
    try (Http2Client client = open()) {
      client.keepsWindows();
      script.run(client);
      assertEquals(code, client.resetCode(stream));
      int next = stream + 100;
      client.request(next, request("HEAD", "/a"));
      Frame head = client.await(HEADERS);
      while (head.stream() != next) {
        head = client.await(HEADERS);
      }
      assertTrue(head.isEndStream(), "other streams go on");
    }
  }

  /** Opens a stream whose response is longer than its window, so that it stays open. */
  private static void openBig(Http2Client client, int stream) throws Exception {
    client.request(stream, get(BIG));
  }

  // ---- 3.4 the preface -------------------------------------------------------------------------

  @Test
  void theServerSendsItsSettingsFirstAndAcknowledgesTheClients() throws Exception {
    try (Http2Client client = new Http2Client(address(running))) {
      client.sendRaw(Http2Client.preface());
      client.settings();
      Frame first = assertNotNull2(client.read());
      assertEquals(SETTINGS, first.type());
      assertEquals(0, first.flags() & ACK);
      ByteBuffer parameters = ByteBuffer.wrap(first.payload());
      assertEquals(3, parameters.getShort());
      assertEquals(128, parameters.getInt());
      Frame ack = client.await(SETTINGS);
      assertEquals(ACK, ack.flags());
      assertEquals(0, ack.payload().length);
    }
  }

  private static Frame assertNotNull2(Frame frame) {
    assertNotNull(frame, "the connection ended");
    return frame;
  }

  @Test
  void aWrongPrefaceEndsTheConnection() throws Exception {
    byte[] wrong = Http2Client.preface();
    wrong[wrong.length - 5] = 'X';
    try (Http2Client client = new Http2Client(address(running))) {
      client.sendRaw(wrong);
      assertEquals(PROTOCOL_ERROR, client.goAway());
    }
  }

  @Test
  void theFirstFrameMustBeSettings() throws Exception {
    for (byte[] first :
        new byte[][] {
          frame(PING, 0, 0, new byte[8]),
          frame(SETTINGS, ACK, 0),
          frame(HEADERS, END_HEADERS | END_STREAM, 1, block(get("/a")))
        }) {
      try (Http2Client client = new Http2Client(address(running))) {
        client.sendRaw(Http2Client.preface());
        client.sendRaw(first);
        assertEquals(PROTOCOL_ERROR, client.goAway());
      }
    }
  }

  @Test
  void framesMayComeByteByByte() throws Exception {
    try (Http2Client client = new Http2Client(address(running))) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(Http2Client.preface());
      all.writeBytes(frame(SETTINGS, 0, 0));
      all.writeBytes(frame(HEADERS, END_HEADERS | END_STREAM, 1, block(get("/a"))));
      for (byte each : all.toByteArray()) {
        client.sendRaw(new byte[] {each});
      }
      assertEquals("content of a", client.response(1).text());
    }
  }

  // ---- 4 frames --------------------------------------------------------------------------------

  @Test
  void unknownFramesFlagsAndTheReservedBitAreIgnored() throws Exception {
    try (Http2Client client = open()) {
      client.send(0x16, 0, 0, new byte[8]);
      client.send(0xfe, 0xff, 1, new byte[3]);
      client.send(PING, 0xfe, 0, new byte[8]);
      assertArrayEquals(new byte[8], client.await(PING).payload());
      client.send(PING, 0, Integer.MIN_VALUE, new byte[8]);
      assertArrayEquals(new byte[8], client.await(PING).payload());
      assertEquals("content of a", client.get(1, "/a").text());
    }
  }

  @Test
  void framesOfTheMaximumSizeAreAcceptedAndLargerOnesAreNot() throws Exception {
    try (Http2Client client = open()) {
      client.headers(1, 0, request("POST", "/a", "content-length", "16384"));
      client.data(1, END_STREAM, new byte[1 << 14]);
      assertEquals(405, client.response(1).status());
    }
    assertConnectionError(
        FRAME_SIZE_ERROR,
        client -> {
          client.headers(1, 0, request("POST", "/a"));
          client.data(1, END_STREAM, new byte[(1 << 14) + 1]);
        });
    assertConnectionError(
        FRAME_SIZE_ERROR, client -> client.send(HEADERS, 0, 1, new byte[(1 << 14) + 1]));
  }

  @Test
  void anInvalidHeaderBlockIsACompressionError() throws Exception {
    assertConnectionError(
        COMPRESSION_ERROR,
        client -> client.send(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80)); // index 0
    assertConnectionError(
        COMPRESSION_ERROR,
        client ->
            client.send(
                HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0xff, (byte) 0x7f)); // no entry
  }

  @Test
  void aHeaderBlockIsNotInterrupted() throws Exception {
    byte[] half = Arrays.copyOf(block(get("/a")), 10);
    for (byte[] other :
        new byte[][] {
          frame(PRIORITY, 0, 1, new byte[5]),
          frame(HEADERS, END_HEADERS | END_STREAM, 3, block(get("/a"))),
          frame(CONTINUATION, END_HEADERS, 3, half),
          frame(DATA, END_STREAM, 1),
          frame(0xfe, 0, 0),
        }) {
      assertConnectionError(
          PROTOCOL_ERROR,
          client -> {
            client.send(HEADERS, END_STREAM, 1, half);
            client.sendRaw(other);
          });
    }
  }

  // ---- 5.1 stream states -----------------------------------------------------------------------

  @Test
  void framesForIdleStreamsAreConnectionErrors() throws Exception {
    for (byte[] idle :
        new byte[][] {
          frame(DATA, END_STREAM, 1, new byte[1]),
          frame(RST_STREAM, 0, 1, int32(8)),
          frame(WINDOW_UPDATE, 0, 1, int32(100)),
          frame(CONTINUATION, END_HEADERS, 1, block(get("/a"))),
          frame(DATA, END_STREAM, 2, new byte[1]),
        }) {
      assertConnectionError(PROTOCOL_ERROR, client -> client.sendRaw(idle));
    }
  }

  @Test
  void aHalfClosedStreamGetsNoContentAndNoFields() throws Exception {
    assertStreamError(
        STREAM_CLOSED,
        1,
        client -> {
          openBig(client, 1);
          client.data(1, END_STREAM, new byte[1]);
        });
    assertStreamError(
        STREAM_CLOSED,
        1,
        client -> {
          openBig(client, 1);
          client.headers(1, END_STREAM, "x", "y");
        });
    assertConnectionError(
        PROTOCOL_ERROR,
        client -> {
          openBig(client, 1);
          client.send(CONTINUATION, END_HEADERS, 1, block("x", "y"));
        });
  }

  @Test
  void aClosedStreamGetsNoContentAndNoFields() throws Exception {
    for (byte[] late :
        new byte[][] {
          frame(DATA, END_STREAM, 1, new byte[1]),
          frame(HEADERS, END_HEADERS | END_STREAM, 1, block("x", "y")),
        }) {
      assertConnectionError(
          STREAM_CLOSED,
          client -> {
            assertEquals(200, client.get(1, "/a").status());
            client.sendRaw(late);
          });
      assertConnectionError(
          STREAM_CLOSED,
          client -> {
            openBig(client, 1);
            client.reset(1, 8);
            client.sendRaw(late);
          });
    }
  }

  @Test
  void aStreamThatTheServerHasResetIgnoresWhatWasUnderWay() throws Exception {
    try (Http2Client client = open()) {
      client.headers(1, 0, request("POST", "/a", "Upper", "x"));
      client.data(1, 0, new byte[100]);
      client.headers(1, END_STREAM, "x", "y");
      assertEquals(PROTOCOL_ERROR, client.resetCode(1));
      assertEquals(200, client.get(3, "/a").status());
    }
  }

  @Test
  void controlFramesForClosedStreamsAreIgnored() throws Exception {
    try (Http2Client client = open()) {
      assertEquals(200, client.get(1, "/a").status());
      client.windowUpdate(1, 100);
      client.reset(1, 8);
      client.send(PRIORITY, 0, 1, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
      assertEquals(200, client.get(3, "/a").status());
    }
  }

  @Test
  void identifiersAreOddAndIncrease() throws Exception {
    assertConnectionError(PROTOCOL_ERROR, client -> client.request(2, get("/a")));
    assertConnectionError(
        PROTOCOL_ERROR,
        client -> {
          assertEquals(200, client.get(5, "/a").status());
          client.request(3, get("/a"));
        });
  }

  @Test
  void streamsBeyondTheAnnouncedNumberAreRefused() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 0)) {
      client.keepsWindows();
      for (int i = 0; i < 128; i++) {
        client.request(1 + 2 * i, get(BIG));
      }
      client.request(257, get(BIG));
      assertEquals(Http2Client.REFUSED_STREAM, client.resetCode(257));
      client.reset(1, 8);
      client.request(259, get("/missing"));
      client.windowUpdate(259, 1000);
      Frame frame = client.read();
      while (frame != null && (frame.stream() != 259 || frame.type() != DATA)) {
        frame = client.read();
      }
      assertNotNull(frame, "one stream was free again");
    }
  }

  // ---- 5.3 priorities --------------------------------------------------------------------------

  @Test
  void aStreamCannotDependOnItself() throws Exception {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(int32(1));
    payload.write(255);
    payload.writeBytes(block(get(BIG)));
    assertStreamError(
        PROTOCOL_ERROR,
        1,
        client -> client.send(HEADERS, END_STREAM | END_HEADERS | 0x20, 1, payload.toByteArray()));
    assertStreamError(
        PROTOCOL_ERROR,
        1,
        client -> {
          openBig(client, 1);
          client.send(PRIORITY, 0, 1, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 1);
        });
  }

  // ---- 6.1 to 6.4 ------------------------------------------------------------------------------

  @Test
  void framesOfStreamsNeedAnIdentifier() throws Exception {
    for (byte[] frame :
        new byte[][] {
          frame(DATA, END_STREAM, 0, new byte[1]),
          frame(HEADERS, END_HEADERS | END_STREAM, 0, block(get("/a"))),
          frame(PRIORITY, 0, 0, new byte[5]),
          frame(RST_STREAM, 0, 0, int32(8)),
          frame(CONTINUATION, END_HEADERS, 0, block(get("/a"))),
        }) {
      assertConnectionError(PROTOCOL_ERROR, client -> client.sendRaw(frame));
    }
  }

  @Test
  void paddingIsPartOfItsFrame() throws Exception {
    assertConnectionError(
        PROTOCOL_ERROR,
        client -> {
          client.headers(1, 0, request("POST", "/a"));
          client.send(DATA, END_STREAM | PADDED, 1, (byte) 5, (byte) 0, (byte) 0);
        });
    assertConnectionError(
        PROTOCOL_ERROR,
        client -> client.send(HEADERS, END_STREAM | END_HEADERS | PADDED, 1, (byte) 9, (byte) 0));
    assertConnectionError(
        FRAME_SIZE_ERROR, client -> client.send(HEADERS, END_STREAM | END_HEADERS | PADDED, 1));
    try (Http2Client client = open()) {
      byte[] block = block(get("/a"));
      ByteBuffer padded = ByteBuffer.allocate(block.length + 1 + 200);
      client.send(
          HEADERS, END_STREAM | END_HEADERS | PADDED, 1, padded.put((byte) 200).put(block).array());
      assertEquals("content of a", client.response(1).text());
    }
  }

  @Test
  void framesOfAFixedLengthHaveIt() throws Exception {
    for (byte[] frame :
        new byte[][] {
          frame(RST_STREAM, 0, 1, new byte[3]),
          frame(SETTINGS, ACK, 0, new byte[6]),
          frame(SETTINGS, 0, 0, new byte[3]),
          frame(PING, 0, 0, new byte[6]),
          frame(GOAWAY, 0, 0, new byte[7]),
          frame(WINDOW_UPDATE, 0, 0, new byte[3]),
          frame(HEADERS, END_HEADERS | 0x20, 3, new byte[4]),
        }) {
      assertConnectionError(
          FRAME_SIZE_ERROR,
          client -> {
            openBig(client, 1);
            client.sendRaw(frame);
          });
    }
    assertStreamError(
        FRAME_SIZE_ERROR,
        1,
        client -> {
          openBig(client, 1);
          client.send(PRIORITY, 0, 1, new byte[4]);
        });
  }

  // ---- 6.5 SETTINGS ----------------------------------------------------------------------------

  @Test
  void settingsBelongToTheConnectionAndHaveValidValues() throws Exception {
    assertConnectionError(PROTOCOL_ERROR, client -> client.send(SETTINGS, 0, 1));
    assertConnectionError(PROTOCOL_ERROR, client -> client.settings(2, 2));
    assertConnectionError(FLOW_CONTROL_ERROR, client -> client.settings(4, Integer.MIN_VALUE));
    assertConnectionError(PROTOCOL_ERROR, client -> client.settings(5, 16_383));
    assertConnectionError(PROTOCOL_ERROR, client -> client.settings(5, 1 << 24));
    assertConnectionError(PROTOCOL_ERROR, client -> client.settings(9, 2));
    try (Http2Client client = open()) {
      client.settings(0x0a0a, 12_345); // unknown parameters are ignored
      assertEquals(ACK, client.await(SETTINGS).flags());
      assertEquals(ACK, client.await(SETTINGS).flags());
    }
  }

  @Test
  void repeatedParametersAreAppliedInOrder() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 100, INITIAL_WINDOW_SIZE, 1)) {
      client.keepsWindows();
      client.request(1, get(BIG));
      assertEquals(1, client.await(DATA).payload().length);
    }
  }

  // ---- 6.6 to 6.8 ------------------------------------------------------------------------------

  @Test
  void aClientCannotPush() throws Exception {
    assertConnectionError(
        PROTOCOL_ERROR, client -> client.send(PUSH_PROMISE, END_HEADERS, 1, new byte[4]));
  }

  @Test
  void pingsAreAnsweredAndAnswersAreNot() throws Exception {
    try (Http2Client client = open()) {
      client.send(PING, ACK, 0, new byte[8]);
      client.ping(0x0102030405060708L);
      Frame answer = client.await(PING);
      assertEquals(ACK, answer.flags());
      assertEquals(0x0102030405060708L, ByteBuffer.wrap(answer.payload()).getLong());
    }
    assertConnectionError(PROTOCOL_ERROR, client -> client.send(PING, 0, 1, new byte[8]));
  }

  @Test
  void goAwayOfTheClientLetsStreamsComplete() throws Exception {
    assertConnectionError(PROTOCOL_ERROR, client -> client.send(GOAWAY, 0, 1, new byte[8]));
    try (Http2Client client = open()) {
      client.request(1, get("/a"));
      client.send(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(4, 255).array()); // an unknown code
      assertEquals("content of a", client.response(1).text());
    }
  }

  // ---- 6.9 flow control ------------------------------------------------------------------------

  @Test
  void aWindowUpdateOfZeroIsAnError() throws Exception {
    assertConnectionError(PROTOCOL_ERROR, client -> client.windowUpdate(0, 0));
    assertStreamError(
        PROTOCOL_ERROR,
        1,
        client -> {
          openBig(client, 1);
          client.windowUpdate(1, 0);
        });
  }

  @Test
  void windowsDoNotExceedTheirMaximum() throws Exception {
    assertConnectionError(
        FLOW_CONTROL_ERROR,
        client -> {
          client.windowUpdate(0, Integer.MAX_VALUE);
          client.windowUpdate(0, Integer.MAX_VALUE);
        });
    assertStreamError(
        FLOW_CONTROL_ERROR,
        1,
        client -> {
          openBig(client, 1);
          client.windowUpdate(1, Integer.MAX_VALUE);
          client.windowUpdate(1, Integer.MAX_VALUE);
        });
    assertConnectionError(
        FLOW_CONTROL_ERROR,
        client -> {
          openBig(client, 1);
          client.windowUpdate(1, Integer.MAX_VALUE - 200_000);
          client.settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
        });
  }

  @Test
  void theServerSendsNoMoreThanTheWindow() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 1)) {
      client.keepsWindows();
      client.request(1, get(BIG));
      assertEquals(1, client.await(DATA).payload().length);
      client.windowUpdate(1, 7);
      assertEquals(7, client.await(DATA).payload().length);
      client.settings(INITIAL_WINDOW_SIZE, 4);
      assertEquals(3, client.await(DATA).payload().length);
    }
  }

  @Test
  void aWindowMayBecomeNegative() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 10)) {
      client.keepsWindows();
      client.request(1, get(BIG));
      assertEquals(10, client.await(DATA).payload().length);
      client.settings(INITIAL_WINDOW_SIZE, 2); // the window is -8
      client.sync();
      client.windowUpdate(1, 8); // 0
      client.sync();
      client.windowUpdate(1, 3);
      assertEquals(3, client.await(DATA).payload().length);
    }
  }

  @Test
  void theWindowOfTheConnectionBoundsAllStreams() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 1 << 20)) {
      client.keepsWindows();
      client.request(1, get(BIG));
      client.request(3, get(BIG));
      int received = 0;
      while (received < 65_535) {
        received += client.await(DATA).payload().length;
      }
      assertEquals(65_535, received);
      client.ping(1);
      Frame next = assertNotNull2(client.read());
      while (next.type() == HEADERS) {
        next = assertNotNull2(client.read());
      }
      assertEquals(PING, next.type(), "no DATA beyond the window");
      client.windowUpdate(0, 5);
      client.sync(); // too little to be worth a frame
      client.windowUpdate(0, 95);
      assertEquals(100, client.await(DATA).payload().length);
    }
  }

  // ---- 6.10 CONTINUATION -----------------------------------------------------------------------

  @Test
  void aHeaderBlockMayHaveSeveralFrames() throws Exception {
    byte[] block = block(get("/a"));
    try (Http2Client client = open()) {
      client.send(HEADERS, END_STREAM, 1, Arrays.copyOf(block, 5));
      client.send(CONTINUATION, 0, 1, Arrays.copyOfRange(block, 5, 20));
      client.send(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(block, 20, block.length));
      assertEquals("content of a", client.response(1).text());
    }
  }

  @Test
  void continuationNeedsAnOpenHeaderBlock() throws Exception {
    assertConnectionError(
        PROTOCOL_ERROR,
        client -> {
          openBig(client, 1);
          client.send(CONTINUATION, END_HEADERS, 1, block("x", "y"));
        });
    assertConnectionError(
        PROTOCOL_ERROR,
        client -> {
          client.headers(1, 0, request("POST", "/a"));
          client.data(1, 0, new byte[1]);
          client.send(CONTINUATION, END_HEADERS, 1, block("x", "y"));
        });
  }

  // ---- 7 error codes ---------------------------------------------------------------------------

  @Test
  void unknownErrorCodesAreAccepted() throws Exception {
    try (Http2Client client = open()) {
      openBig(client, 1);
      client.reset(1, 0xff);
      client.keepsWindows();
      client.sync();
      client.request(3, get("/a"));
      Frame head = client.await(HEADERS);
      while (head.stream() != 3) {
        head = client.await(HEADERS);
      }
      assertEquals("200", client.decode(head.payload()).get(":status"));
    }
  }

  // ---- 8 requests ------------------------------------------------------------------------------

  @Test
  void malformedRequestsResetTheirStream() throws Exception {
    String[][] malformed = {
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "Upper", "x"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", ":unknown", "x"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":status", "200"},
      {":method", "GET", ":scheme", "http", ":authority", "a", "x", "y", ":path", "/a"},
      {":method", "GET", ":scheme", "http", ":path", "/a", "connection", "keep-alive"},
      {":method", "GET", ":scheme", "http", ":path", "/a", "keep-alive", "1"},
      {":method", "GET", ":scheme", "http", ":path", "/a", "proxy-connection", "close"},
      {":method", "GET", ":scheme", "http", ":path", "/a", "transfer-encoding", "chunked"},
      {":method", "GET", ":scheme", "http", ":path", "/a", "upgrade", "h2c"},
      {":method", "GET", ":scheme", "http", ":path", "/a", "te", "gzip"},
      {":method", "GET", ":scheme", "http", ":path", "", ":authority", "a"},
      {":method", "GET", ":scheme", "http", ":path", "a", ":authority", "a"},
      {":method", "GET", ":scheme", "http", ":path", "*", ":authority", "a"},
      {":method", "GET", ":scheme", "http", ":path", "/a b", ":authority", "a"},
      {":method", "GET", ":scheme", "http", ":path", "/a\r\nx: y", ":authority", "a"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", ""},
      {":method", "GET x", ":scheme", "http", ":path", "/a", ":authority", "a"},
      {":scheme", "http", ":path", "/a", ":authority", "a"},
      {":method", "GET", ":path", "/a", ":authority", "a"},
      {":method", "GET", ":scheme", "http", ":authority", "a"},
      {":method", "GET", ":method", "GET", ":scheme", "http", ":path", "/a"},
      {":method", "GET", ":scheme", "http", ":scheme", "http", ":path", "/a"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":path", "/a"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "host", "b"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "x", "a\r\nb"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "x", "a\0b"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "x", " a"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "x", "a\t"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "", "a"},
      {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "x y", "a"},
      {
        ":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "content-length", "1"
      },
      {":method", "CONNECT", ":scheme", "http", ":path", "/a", ":authority", "a:1"},
    };
    try (Http2Client client = open()) {
      int stream = 1;
      for (String[] fields : malformed) {
        client.request(stream, fields);
        assertEquals(PROTOCOL_ERROR, client.resetCode(stream), String.join(" ", fields));
        stream += 2;
      }
      assertEquals(200, client.get(stream, "/a").status());
    }
  }

  @Test
  void contentAgreesWithItsLength() throws Exception {
    for (int length : new int[] {9, 11}) {
      assertStreamError(
          PROTOCOL_ERROR,
          1,
          client -> {
            client.headers(1, 0, request("POST", "/a", "content-length", "10"));
            client.data(1, END_STREAM, new byte[length]);
          });
    }
    assertStreamError(
        PROTOCOL_ERROR,
        1,
        client -> {
          client.headers(1, 0, request("POST", "/a", "content-length", "10"));
          client.data(1, 0, new byte[5]);
          client.data(1, END_STREAM, new byte[4]);
        });
    try (Http2Client client = open()) {
      client.headers(1, 0, request("POST", "/a", "content-length", "10"));
      client.data(1, 0, new byte[5]);
      client.data(1, END_STREAM, new byte[5]);
      assertEquals(405, client.response(1).status());
    }
  }

  @Test
  void trailersEndTheirRequest() throws Exception {
    assertStreamError(
        PROTOCOL_ERROR,
        1,
        client -> {
          client.headers(1, 0, request("POST", "/a"));
          client.headers(1, 0, "x", "y");
        });
    assertStreamError(
        PROTOCOL_ERROR,
        1,
        client -> {
          client.headers(1, 0, request("POST", "/a"));
          client.headers(1, END_STREAM, ":path", "/b");
        });
    try (Http2Client client = open()) {
      client.headers(1, 0, request("POST", "/a"));
      client.data(1, 0, new byte[5]);
      client.headers(1, END_STREAM, "x", "y");
      assertEquals(405, client.response(1).status());
    }
  }

  @Test
  void refusedRequestsHaveTheStatusOfHttp1() throws Exception {
    Object[][] refused = {
      {405, request("TRACE", "/a")},
      {501, request("FROBNICATE", "/a")},
      {400, request("GET", "/a%zz")},
      {400, request("GET", "/%00")},
      {414, request("GET", "/" + "a".repeat(17_000))},
      {431, request("GET", "/a", "x", "y".repeat(40_000))},
      {400, request("GET", "/a", "x", "a\u0001b")},
      {400, new String[] {":method", "GET", ":scheme", "http", ":path", "/a"}},
      {400, new String[] {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a@b"}},
      {417, request("GET", "/a", "expect", "else")},
      {405, new String[] {":method", "CONNECT", ":authority", "a:1"}},
      {404, get("/missing")},
    };
    try (Http2Client client = open()) {
      int stream = 1;
      for (Object[] each : refused) {
        String[] fields = (String[]) each[1];
        client.longHeaders(stream, END_STREAM, fields);
        Http2Client.Response response = client.response(stream);
        assertEquals(each[0], response.status(), fields[1] + " " + response);
        assertTrue(response.body().length > 0);
        stream += 2;
      }
    }
  }

  // ---- responses -------------------------------------------------------------------------------

  @Test
  void responsesAreThoseOfHttp1() throws Exception {
    byte[] big = Files.readAllBytes(root.resolve("big"));
    try (Http2Client client = open()) {
      for (int round = 0; round < 3; round++) { // from the file, then from the cache
        int stream = 1 + 20 * round;
        assertEquals("content of a", client.get(stream, "/a").text());
        assertArrayEquals(big, client.get(stream + 2, BIG).body());
        Http2Client.Response part = client.get(stream + 4, BIG, "range", "bytes=1000-200999");
        assertEquals(206, part.status());
        assertEquals("bytes 1000-200999/300000", part.field("content-range"));
        assertEquals("200000", part.field("content-length"));
        assertArrayEquals(Arrays.copyOfRange(big, 1000, 201_000), part.body());
        part = client.get(stream + 6, BIG, "range", "bytes=" + round + "-9");
        assertEquals("bytes " + round + "-9/300000", part.field("content-range"));
        assertArrayEquals(Arrays.copyOfRange(big, round, 10), part.body());
        String tag = client.get(stream + 8, "/a").field("etag");
        Http2Client.Response same = client.get(stream + 10, "/a", "if-none-match", tag);
        assertEquals(304, same.status());
        assertEquals(0, same.body().length);
        client.request(stream + 12, request("HEAD", BIG));
        Http2Client.Response head = client.response(stream + 12);
        assertEquals("300000", head.field("content-length"));
        assertEquals(0, head.body().length);
        assertEquals(200, client.get(stream + 14, "/a", "host", "TEST.example").status());
      }
    }
  }

  /** Requests on the streams 1, 3 and so on, which the server receives together. */
  static byte[] together(String[]... requests) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int stream = 1;
    for (String[] fields : requests) {
      all.writeBytes(frame(HEADERS, END_HEADERS | END_STREAM, stream, block(fields)));
      stream += 2;
    }
    return all.toByteArray();
  }

  @Test
  void aClientThatEndsItsOutputGetsTheResponse() throws Exception {
    try (Http2Client client = open()) {
      client.keepsWindows();
      client.request(1, get("/a"));
      client.shutdownOutput();
      assertEquals("content of a", client.response(1).text());
      assertNull(client.read());
    }
  }

  @Test
  void aBodyIsRequestedByContinueOnlyIfItIsRead() throws Exception {
    try (Http2Client client = open()) {
      client.headers(1, 0, request("POST", "/a", "expect", "100-continue"));
      Http2Client.Response response = client.response(1);
      assertEquals(405, response.status());
      assertEquals(0, client.resetCode(1), "the rest of the body is not needed");
    }
  }

  @Test
  void connectionsAreCountedAndLeaveNothing() throws Exception {
    try (Http2Client client = open()) {
      openBig(client, 1);
      client.sync();
      assertEquals("1.0", running.metric("http_server_active_requests"));
    }
    running.await("http_server_active_requests", 0);
    var _ = Await.until(running::readBuffersTaken, taken -> taken == 0);
  }
}
