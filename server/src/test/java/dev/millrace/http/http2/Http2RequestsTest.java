package dev.millrace.http.http2;

import static dev.millrace.server.Http2Client.GOAWAY;
import static dev.millrace.server.Http2Client.get;
import static dev.millrace.server.Http2Client.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Http2Client;
import dev.millrace.server.Http2Client.Frame;
import dev.millrace.server.Http2Client.Response;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of HTTP/2 in the log, in rules of access, and during a stop. */
class Http2RequestsTest {
  private static final int CLIENTS = 30;

  @TempDir Path root;
  @TempDir Path aside;

  @Test
  void requestsAreLoggedWithTheirVersion() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    Path log = aside.resolve("log");
    String yaml = "h2c: on\naccess-log: " + log + "\naccess-log-format: combined\n";
    try (RunningServer running = RunningServer.start(root, Via.URING, yaml);
        Http2Client client = Http2Client.open(running.plainAddress())) {
      assertEquals(200, client.get(1, "/a?b", "user-agent", "agent", "referer", "from").status());
      assertEquals(200, client.get(3, "/a?b", "user-agent", "agent", "referer", "from").status());
      client.request(5, request("TRACE", "/a"));
      assertEquals(405, client.response(5).status());
      String text =
          Await.until(
              () -> Files.exists(log) ? Files.readString(log) : "", seen -> lines(seen) == 3);
      String[] lines = text.split("\n");
      for (int i = 0; i < 2; i++) { // by an exchange, then from the cache
        assertTrue(lines[i].endsWith("\"GET /a?b HTTP/2.0\" 200 12 \"from\" \"agent\""), lines[i]);
      }
      assertTrue(lines[2].contains("\"TRACE /a HTTP/2.0\" 405 "), lines[2]);
    }
  }

  private static long lines(String text) {
    return text.chars().filter(c -> c == '\n').count();
  }

  @Test
  void rulesOfAccessHold() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    Path tokens = Files.writeString(aside.resolve("tokens"), "secret\n");
    String yaml = "h2c: on\nauth: [{path: /, bearer: " + tokens + "}]\n";
    try (RunningServer running = RunningServer.start(root, Via.URING, yaml);
        Http2Client client = Http2Client.open(running.plainAddress())) {
      assertEquals(401, client.get(1, "/a").status());
      assertEquals(401, client.get(3, "/a", "authorization", "Bearer wrong").status());
      assertEquals(200, client.get(5, "/a", "authorization", "Bearer secret").status());
      assertEquals(401, client.get(7, "/a").status());
    }
  }

  @Test
  void digestsAndTheirListsAreServed() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    try (RunningServer running = RunningServer.start(root, Via.URING, "h2c: on\n");
        Http2Client client = Http2Client.open(running.plainAddress())) {
      Response file = client.get(1, "/a", "want-repr-digest", "sha-256=1");
      assertTrue(file.field("repr-digest").startsWith("sha-256=:"), file.toString());
      Response list = client.get(3, "/SHA256SUMS"); // of unknown length
      assertEquals(200, list.status());
      assertTrue(list.text().endsWith("  a\n"), list.text());
      client.request(5, request("HEAD", "/SHA256SUMS"));
      Response head = client.response(5);
      assertEquals(200, head.status());
      assertEquals(0, head.body().length);
      assertEquals("", head.field("content-length"));
    }
  }

  /** Sends requests until the server announces its stop; notes what is not answered. */
  private static void untilGoAway(
      InetSocketAddress address, AtomicInteger answered, List<String> lost) {
    int stream = 1;
    try (Http2Client client = Http2Client.open(address)) {
      boolean announced = false;
      while (!announced) {
        client.request(stream, get("/a"));
        boolean over = false;
        while (!over) {
          Frame frame = client.read();
          if (frame == null || frame.type() == Http2Client.RST_STREAM) {
            lost.add("stream " + stream + ": " + frame);
            return;
          }
          announced |= frame.type() == GOAWAY;
          over = frame.stream() == stream && frame.isEndStream();
        }
        answered.incrementAndGet();
        stream += 2;
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000));
      }
    } catch (IOException failed) {
      lost.add("stream " + stream + ": " + failed);
    }
  }

  @Test
  void aStopLosesNoRequest() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    List<String> lost = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger answered = new AtomicInteger();
    List<Thread> clients = new ArrayList<>();
    try (RunningServer running = RunningServer.start(root, Via.URING, "h2c: on\nlame-duck: 1s\n")) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            Thread.ofVirtual().start(() -> untilGoAway(running.plainAddress(), answered, lost)));
      }
      var _ = Await.until(answered::get, count -> count > 5 * CLIENTS);
    } // stops
    for (Thread client : clients) {
      client.join();
    }
    assertEquals(List.of(), lost);
  }
}
