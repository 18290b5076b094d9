package dev.millrace.http.http2;

import static dev.millrace.server.Http2Client.CONTINUATION;
import static dev.millrace.server.Http2Client.DATA;
import static dev.millrace.server.Http2Client.END_HEADERS;
import static dev.millrace.server.Http2Client.END_STREAM;
import static dev.millrace.server.Http2Client.ENHANCE_YOUR_CALM;
import static dev.millrace.server.Http2Client.GOAWAY;
import static dev.millrace.server.Http2Client.HEADERS;
import static dev.millrace.server.Http2Client.PRIORITY;
import static dev.millrace.server.Http2Client.PROTOCOL_ERROR;
import static dev.millrace.server.Http2Client.RST_STREAM;
import static dev.millrace.server.Http2Client.SETTINGS_TIMEOUT;
import static dev.millrace.server.Http2Client.WINDOW_UPDATE;
import static dev.millrace.server.Http2Client.block;
import static dev.millrace.server.Http2Client.frame;
import static dev.millrace.server.Http2Client.get;
import static dev.millrace.server.Http2Client.int32;
import static dev.millrace.server.Http2Client.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Http2Client;
import dev.millrace.server.Http2Client.Frame;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Floods and slow clients: the connection ends, its kind is counted, and another client is served
 * before, during and after.
 */
class Http2AttacksTest {
  private static final int INITIAL_WINDOW_SIZE = 4;

  /** More than any bound. */
  private static final int MANY = 3_000;

  @TempDir Path root;
  private RunningServer running;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    Files.write(root.resolve("big"), new byte[300_000]);
    running = RunningServer.start(root, Via.URING, "h2c: on\nhead-timeout: 1s\n");
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private Http2Client open(int... settings) throws Exception {
    return Http2Client.open(running.plainAddress(), settings);
  }

  /** The bytes of the frame with a number. */
  @FunctionalInterface
  private interface FrameOf {
    byte[] bytes(int number);
  }

  private void assertFlood(String kind, FrameOf frames) throws Exception {
    try (Http2Client client = open()) {
      assertFlood(client, kind, frames);
    }
  }

  private void assertFlood(Http2Client client, String kind, FrameOf frames) throws Exception {
    try (Http2Client other = open()) {
      assertEquals(200, other.get(1, "/a").status());
      client.keepsWindows();
      try {
        for (int i = 0; i < MANY; i++) {
          client.sendRaw(frames.bytes(i));
        }
      } catch (IOException ended) {
        // the server has ended the connection meanwhile
      }
      assertEquals(200, other.get(3, "/a").status());
      int code = client.goAway();
      assertTrue(code == ENHANCE_YOUR_CALM || code == -1, "a reset may discard GOAWAY: " + code);
      running.await("millrace_http2_floods_total{kind=\"" + kind + "\"}", 1);
      running.await("millrace_http2_connection_errors_total{code=\"ENHANCE_YOUR_CALM\"}", 1);
      running.await("http_server_active_requests", 0);
    }
  }

  @Test
  void rapidResets() throws Exception {
    assertFlood(
        "resets",
        i -> {
          ByteArrayOutputStream both = new ByteArrayOutputStream();
          int stream = 2 * i + 1;
          both.writeBytes(frame(HEADERS, END_HEADERS | END_STREAM, stream, block(get("/big"))));
          both.writeBytes(frame(RST_STREAM, 0, stream, int32(8)));
          return both.toByteArray();
        });
  }

  @Test
  void streamErrorsThatMakeTheServerReset() throws Exception {
    assertFlood(
        "stream_errors",
        i -> {
          ByteArrayOutputStream both = new ByteArrayOutputStream();
          int stream = 2 * i + 1;
          both.writeBytes(frame(HEADERS, END_HEADERS | END_STREAM, stream, block(get("/big"))));
          both.writeBytes(frame(WINDOW_UPDATE, 0, stream, int32(0)));
          return both.toByteArray();
        });
  }

  @Test
  void malformedRequests() throws Exception {
    assertFlood(
        "stream_errors",
        i -> frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, block(get("/a", "Upper", "x"))));
  }

  @Test
  void settings() throws Exception {
    assertFlood("settings", _ -> frame(Http2Client.SETTINGS, 0, 0));
  }

  @Test
  void pings() throws Exception {
    assertFlood("pings", _ -> frame(Http2Client.PING, 0, 0, new byte[8]));
  }

  @Test
  void priorities() throws Exception {
    assertFlood("priorities", i -> frame(PRIORITY, 0, 2 * i + 1, new byte[5]));
  }

  @Test
  void windowUpdates() throws Exception {
    assertFlood("window_updates", _ -> frame(WINDOW_UPDATE, 0, 0, int32(1)));
  }

  @Test
  void emptyContent() throws Exception {
    try (Http2Client client = open()) {
      client.headers(1, 0, request("POST", "/a"));
      assertFlood(client, "empty_frames", _ -> frame(DATA, 0, 1));
    }
  }

  @Test
  void emptyContinuations() throws Exception {
    try (Http2Client client = open()) {
      client.send(HEADERS, 0, 1, block(get("/a")));
      assertFlood(client, "continuations", _ -> frame(CONTINUATION, 0, 1));
    }
  }

  @Test
  void smallContinuations() throws Exception {
    try (Http2Client client = open()) {
      client.send(HEADERS, 0, 1, block(get("/a")));
      assertFlood(client, "continuations", _ -> frame(CONTINUATION, 0, 1, new byte[8]));
    }
  }

  @Test
  void endlessHeaderBlocks() throws Exception {
    try (Http2Client client = open()) {
      client.send(HEADERS, 0, 1, block(get("/a")));
      byte[] field = block("x", "y".repeat(16_000));
      assertFlood(client, "continuations", _ -> frame(CONTINUATION, 0, 1, field));
    }
  }

  @Test
  void unknownFrames() throws Exception {
    assertFlood("unknown_frames", _ -> frame(0xfe, 0, 0, new byte[4]));
  }

  @Test
  void requestsBeyondTheLimit() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 0)) {
      assertFlood(
          client,
          "refused_streams",
          i -> frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, block(get("/big"))));
    }
  }

  @Test
  void contentForStreamsThatWereReset() throws Exception {
    try (Http2Client client = open()) {
      client.headers(1, 0, request("POST", "/a", "Upper", "x"));
      assertFlood(client, "closed_streams", _ -> frame(DATA, 0, 1, new byte[1]));
    }
  }

  @Test
  void windowsThatAreHeldNearlyClosed() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 1)) {
      client.keepsWindows();
      client.request(1, get("/big"));
      int code = -1;
      for (Frame frame = client.read(); frame != null; frame = client.read()) {
        if (frame.type() == DATA) {
          client.windowUpdate(1, 1); // one at a time, so that each allows a frame of one byte
        } else if (frame.type() == GOAWAY) {
          code = frame.int32(4);
        }
      }
      assertEquals(ENHANCE_YOUR_CALM, code);
      running.await("millrace_http2_floods_total{kind=\"small_windows\"}", 1);
      running.await("http_server_active_requests", 0);
    }
  }

  @Test
  void aBombOfFieldsIsRefusedAndHoldsNothing() throws Exception {
    // One entry of 4000 bytes in the table, referenced by one byte each.
    byte[] request = block(get("/a"));
    byte[] entry = block("x", "y".repeat(4_000));
    entry[0] = 0x40; // with indexing
    byte[] bomb = Arrays.copyOf(request, request.length + entry.length + 8_000);
    System.arraycopy(entry, 0, bomb, request.length, entry.length);
    Arrays.fill(bomb, request.length + entry.length, bomb.length, (byte) (0x80 | 62));
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 0)) {
      for (int i = 0; i < 100; i++) {
        client.send(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, bomb);
      }
      Frame head = client.await(HEADERS);
      assertEquals("431", client.decode(head.payload()).get(":status"));
      client.sync();
      assertEquals("100.0", running.metric("http_server_active_requests"));
      try (Http2Client other = open()) {
        assertEquals(200, other.get(1, "/a").status());
      }
    }
    running.await("http_server_active_requests", 0);
  }

  // ---- slow clients ----------------------------------------------------------------------------

  @Test
  void anIncompleteFrameEndsTheConnection() throws Exception {
    try (Http2Client client = open()) {
      client.sendRaw(Arrays.copyOf(frame(HEADERS, END_HEADERS, 1, block(get("/a"))), 20));
      assertEquals(PROTOCOL_ERROR, client.goAway());
    }
  }

  @Test
  void contentMayTakeLongerThanAHead() throws Exception {
    try (Http2Client slow = open();
        Http2Client late = open()) {
      slow.headers(1, 0, request("POST", "/a", "content-length", "100"));
      byte[] data = frame(DATA, END_STREAM, 1, new byte[100]);
      slow.sendRaw(Arrays.copyOf(data, 50));
      late.sendRaw(Arrays.copyOf(frame(HEADERS, END_HEADERS, 1, block(get("/a"))), 20));
      assertEquals(PROTOCOL_ERROR, late.goAway()); // the time of a head has passed
      slow.sendRaw(Arrays.copyOfRange(data, 50, data.length));
      assertEquals(405, slow.response(1).status());
    }
  }

  @Test
  void anIncompleteHeaderBlockEndsTheConnection() throws Exception {
    try (Http2Client client = open()) {
      client.send(HEADERS, END_STREAM, 1, block(get("/a")));
      assertEquals(PROTOCOL_ERROR, client.goAway());
    }
  }

  @Test
  void settingsThatAreNotAcknowledgedEndTheConnection() throws Exception {
    try (Http2Client client = new Http2Client(running.plainAddress())) {
      client.sendRaw(Http2Client.preface());
      client.settings();
      assertEquals(SETTINGS_TIMEOUT, client.goAway());
    }
  }

  @Test
  void aPrefaceThatIsNotCompletedEndsTheConnection() throws Exception {
    try (Http2Client client = new Http2Client(running.plainAddress())) {
      client.sendRaw(Arrays.copyOf(Http2Client.preface(), 20));
      assertTrue(client.goAway() > 0);
    }
  }
}
