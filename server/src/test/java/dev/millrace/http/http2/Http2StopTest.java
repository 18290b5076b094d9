package dev.millrace.http.http2;

import static dev.millrace.server.Http2Client.DATA;
import static dev.millrace.server.Http2Client.GOAWAY;
import static dev.millrace.server.Http2Client.HEADERS;
import static dev.millrace.server.Http2Client.NO_ERROR;
import static dev.millrace.server.Http2Client.REFUSED_STREAM;
import static dev.millrace.server.Http2Client.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.millrace.server.Http2Client;
import dev.millrace.server.Http2Client.Frame;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stop announces itself by GOAWAY twice, and lets streams under way complete (§6.8). */
class Http2StopTest {
  private static final int BIG_BYTES = 300_000;

  @TempDir Path root;

  private RunningServer start(Via via) throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    Files.write(root.resolve("big"), new byte[BIG_BYTES]);
    return RunningServer.start(root, via, "h2c: on\nlame-duck: 1s\n"); // the value of the tests
  }

  private static int lastStream(Frame goAway) {
    assertEquals(NO_ERROR, goAway.int32(4));
    return goAway.int32(0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Via.class,
      names = {"URING", "NIO", "TLS_URING"})
  void requestsAreAnsweredUntilTheSecondGoAway(Via via) throws Exception {
    RunningServer server = start(via);
    try (Http2Client client = Http2Client.open(server.address())) {
      assertEquals(200, client.get(1, "/a").status());
      Thread stop = Thread.ofPlatform().start(server::close);
      assertEquals(Integer.MAX_VALUE, lastStream(client.await(GOAWAY)));
      assertEquals(200, client.get(3, "/a").status());
      assertEquals(3, lastStream(client.await(GOAWAY)));
      assertNull(client.read());
      stop.join();
    }
  }

  @Test
  void streamsUnderWayCompleteAndNewOnesAreRefused() throws Exception {
    RunningServer server = start(Via.URING);
    try (Http2Client client = Http2Client.open(server.address())) {
      client.keepsWindows();
      client.request(1, get("/big"));
      int received = 0;
      while (received < 65_535) {
        received += client.await(DATA).payload().length;
      }
      Thread stop = Thread.ofPlatform().start(server::close);
      assertEquals(Integer.MAX_VALUE, lastStream(client.await(GOAWAY)));
      assertEquals(1, lastStream(client.await(GOAWAY)));
      client.request(3, get("/a"));
      assertEquals(REFUSED_STREAM, client.resetCode(3));
      client.windowUpdate(0, BIG_BYTES);
      client.windowUpdate(1, BIG_BYTES);
      Frame last = client.await(DATA);
      received += last.payload().length;
      while (!last.isEndStream()) {
        last = client.await(DATA);
        received += last.payload().length;
      }
      assertEquals(BIG_BYTES, received);
      assertNull(client.read());
      stop.join();
    }
  }

  @Test
  void anIdleConnectionEndsWithGoAway() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    try (RunningServer server =
            RunningServer.start(root, Via.URING, "h2c: on\nidle-timeout: 1s\n");
        Http2Client client = Http2Client.open(server.address())) {
      client.request(1, get("/a"));
      assertEquals(HEADERS, client.await(HEADERS).type());
      assertEquals(1, lastStream(client.await(GOAWAY)));
      assertNull(client.read());
    }
  }
}
