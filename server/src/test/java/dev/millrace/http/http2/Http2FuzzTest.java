package dev.millrace.http.http2;

import static dev.millrace.server.Http2Client.GOAWAY;
import static dev.millrace.server.Http2Client.PING;
import static dev.millrace.server.Http2Client.block;
import static dev.millrace.server.Http2Client.frame;
import static dev.millrace.server.Http2Client.int32;
import static dev.millrace.server.Http2Client.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Http2Client;
import dev.millrace.server.Http2Client.Frame;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of frames on real connections: the server answers a PING after them or ends the
 * connection with an error code, and holds nothing afterwards.
 */
class Http2FuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 2_000);
  private static final long MARK = 0x6d61726b6d61726bL;
  private static final String[] PATHS = {"/a", "/big", "/missing", "/%zz", "/", "*", ""};
  private static final String[] METHODS = {"GET", "GET", "HEAD", "POST", "TRACE", "BREW"};

  @TempDir Path root;
  private final Random random = new Random(11);
  private int lastStream = -1;

  private int stream() {
    if (random.nextInt(3) > 0) {
      lastStream += 2;
      return lastStream;
    }
    return random.nextInt(10) == 0 ? random.nextInt(20) : Math.max(1, lastStream);
  }

  private int some(int bound) {
    return random.nextInt(bound);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] headers(int stream) {
    String[] fields = request(METHODS[some(METHODS.length)], PATHS[some(PATHS.length)]);
    if (some(4) == 0) {
      fields = Arrays.copyOf(fields, fields.length + 2);
      fields[fields.length - 2] = some(2) == 0 ? "range" : "Upper";
      fields[fields.length - 1] = "bytes=1-5,8-9";
    }
    byte[] block = some(20) == 0 ? bytes(30) : block(fields);
    int flags = some(8) > 0 ? 5 : some(256);
    if (some(6) > 0) {
      return frame(Http2Client.HEADERS, flags & ~0x28, stream, block);
    }
    ByteArrayOutputStream parts = new ByteArrayOutputStream();
    int at = some(block.length);
    parts.writeBytes(frame(Http2Client.HEADERS, flags & ~0x2c, stream, Arrays.copyOf(block, at)));
    parts.writeBytes(
        frame(Http2Client.CONTINUATION, 4, stream, Arrays.copyOfRange(block, at, block.length)));
    return parts.toByteArray();
  }

  private byte[] any() {
    return switch (some(12)) {
      case 0, 1, 2, 3 -> headers(stream());
      case 4 -> frame(Http2Client.DATA, some(2), Math.max(1, lastStream), bytes(some(100)));
      case 5 -> frame(Http2Client.RST_STREAM, 0, Math.max(1, lastStream), int32(some(20)));
      case 6 -> frame(Http2Client.WINDOW_UPDATE, 0, some(3), int32(some(100_000)));
      case 7 ->
          frame(
              Http2Client.SETTINGS,
              0,
              0,
              ByteBuffer.allocate(6)
                  .putShort((short) (1 + some(6)))
                  .putInt(some(3) == 0 ? random.nextInt() : some(70_000))
                  .array());
      case 8 -> frame(Http2Client.PING, 0, 0, bytes(8));
      case 9 -> frame(Http2Client.PRIORITY, 0, 1 + 2 * some(5), bytes(5));
      case 10 -> frame(16, 0, 0, bytes(4 + some(8)));
      default -> frame(some(256), some(256), some(9), bytes(some(40)));
    };
  }

  /** Sends the bytes in pieces. */
  private void send(Http2Client client, byte[] bytes) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int end = Math.min(bytes.length, at + 1 + some(3 * bytes.length));
      client.sendRaw(Arrays.copyOfRange(bytes, at, end));
      at = end;
    }
  }

  @Test
  void everyConnectionIsAnsweredOrEnded() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    Files.write(root.resolve("big"), new byte[100_000]);
    int answered = 0;
    int ended = 0;
    try (RunningServer running = RunningServer.start(root, Via.URING, "h2c: on\n")) {
      for (int round = 0; round < ROUNDS; round++) {
        lastStream = -1;
        try (Http2Client client = Http2Client.open(running.plainAddress())) {
          boolean over = false;
          try {
            for (int i = some(8); i >= 0; i--) {
              send(client, any());
            }
            client.ping(MARK);
          } catch (IOException closed) {
            over = true; // the server has ended the connection meanwhile
          }
          boolean told = false;
          while (!over) {
            Frame frame = client.read();
            told |= frame != null && frame.type() == GOAWAY;
            boolean mark =
                frame != null
                    && frame.type() == PING
                    && ByteBuffer.wrap(frame.payload()).getLong() == MARK;
            answered += mark ? 1 : 0;
            ended += frame == null && told ? 1 : 0;
            over = frame == null || mark;
          }
        }
      }
      assertTrue(answered > ROUNDS / 10, "answered " + answered);
      assertTrue(ended > ROUNDS / 10, "ended " + ended);
      running.await("http_server_active_requests", 0);
      running.await("millrace_request_failures_total", 0);
      var _ = Await.until(running::readBuffersTaken, taken -> taken == 0);
      try (Http2Client client = Http2Client.open(running.plainAddress())) {
        assertEquals("content of a", client.get(1, "/a").text());
      }
    }
  }
}
