package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.transport.TransportChoice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server with two loops behaves as one server, in its responses, digests, logs and metrics. */
class LoopsTest {
  private static final int LOOPS = 2;
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2024-02-29T12:34:56.7Z"));

  @TempDir Path root;

  private RunningServer start(TransportChoice transport, String yaml) throws Exception {
    return RunningServer.start(root, transport, "loops: " + LOOPS + "\n" + yaml);
  }

  private static double metric(RunningServer server, String name) throws Exception {
    return Double.parseDouble(server.metric(name));
  }

  private static double accepted(RunningServer server, int loop) throws Exception {
    return metric(server, "millrace_loop_connections_accepted_total{loop=\"" + loop + "\"}");
  }

  /** One connection on each loop, in loop order; opens more connections until both have one. */
  private static List<RawClient> onePerLoop(RunningServer server) throws Exception {
    RawClient[] clients = new RawClient[LOOPS];
    for (int tries = 0; tries < 64 && List.of(0, 1).stream().anyMatch(i -> clients[i] == null); ) {
      tries++;
      double[] before = {accepted(server, 0), accepted(server, 1)};
      RawClient client = new RawClient(server.address());
      int loop = -1;
      while (loop < 0) {
        loop = accepted(server, 0) > before[0] ? 0 : accepted(server, 1) > before[1] ? 1 : -1;
      }
      if (clients[loop] == null) {
        clients[loop] = client;
      } else {
        client.close();
      }
    }
    return List.of(clients);
  }

  private static byte[] randomBytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] get(RawClient client, String target) throws Exception {
    client.get(target);
    RawClient.Head head = client.head();
    assertEquals(200, head.status(), target);
    return client.body(head.contentLength());
  }

  private static void await(RunningServer server, String metric, double value) throws Exception {
    server.await(metric, value);
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void filesOverManyConnectionsAreCompleteAndCountedOnce(TransportChoice transport)
      throws Exception {
    List<byte[]> contents = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      contents.add(randomBytes(i % 20 == 0 ? 400_000 + i : 100 * i, i));
      Files.write(root.resolve("f" + i), contents.get(i));
    }
    int clients = 16;
    int rounds = 3;
    try (RunningServer server = start(transport, "digests: off\n");
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> fetches = new ArrayList<>();
      for (int c = 0; c < clients; c++) {
        fetches.add(
            threads.submit(() -> {
              for (int round = 0; round < rounds; round++) {
                try (RawClient client = new RawClient(server.address())) {
                  for (int i = 0; i < contents.size(); i++) {
                    assertArrayEquals(contents.get(i), get(client, "/f" + i), "file " + i);
                  }
                }
              }
              return null;
            }));
      }
      for (Future<?> fetch : fetches) {
        fetch.get();
      }
      double first = accepted(server, 0);
      double second = accepted(server, 1);
      assertTrue(first > 0 && second > 0, "accepted " + first + " and " + second);
      assertEquals(clients * rounds, first + second);
      assertEquals(clients * rounds, metric(server, "millrace_connections_accepted_total"));
      String get2xx = "{http_request_method=\"GET\",http_response_status_class=\"2xx\"}";
      int requests = clients * rounds * contents.size();
      await(server, "http_server_request_duration_seconds_count" + get2xx, requests);
      long bytes = contents.stream().mapToLong(content -> content.length).sum();
      assertEquals(
          (double) bytes * clients * rounds,
          metric(server, "http_server_response_body_size_bytes_sum" + get2xx));
      await(server, "millrace_connections_open", 0);
      assertEquals(0, metric(server, "http_server_active_requests"));
      if (transport == TransportChoice.URING) {
        assertTrue(metric(server, "millrace_loop_busy_seconds_total{loop=\"0\"}") > 0);
        assertTrue(metric(server, "millrace_loop_busy_seconds_total{loop=\"1\"}") > 0);
        assertTrue(metric(server, "millrace_sent_bytes_total") > (double) bytes * clients * rounds);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void everyLoopSeesAChangedFileAtOnce(TransportChoice transport) throws Exception {
    Path file = Files.writeString(root.resolve("f"), "before");
    Files.setLastModifiedTime(file, LONG_AGO);
    try (RunningServer server = start(transport, "digests: off\n")) {
      List<RawClient> clients = onePerLoop(server);
      for (RawClient client : clients) {
        for (int i = 0; i < 5; i++) {
          assertEquals("before", new String(get(client, "/f"), StandardCharsets.US_ASCII));
        }
      }
      if (transport == TransportChoice.URING) {
        assertTrue(
            metric(server, "millrace_response_cache_entries") >= LOOPS,
            "each loop has its own cache");
        assertTrue(metric(server, "millrace_response_cache_hits_total") >= LOOPS);
      }
      Files.writeString(file, "after!");
      for (RawClient client : clients) { // at once: each hit checks the file's status
        assertEquals("after!", new String(get(client, "/f"), StandardCharsets.US_ASCII));
      }
      Path other = Files.writeString(root.resolve("g"), "third!");
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      for (RawClient client : clients) {
        assertEquals("third!", new String(get(client, "/f"), StandardCharsets.US_ASCII));
        client.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aDigestComputedForOneLoopIsKnownToAll(TransportChoice transport) throws Exception {
    byte[] content = randomBytes(3_000_000, 7);
    byte[] small = randomBytes(500, 8);
    Files.write(root.resolve("f"), content);
    Files.setLastModifiedTime(Files.write(root.resolve("s"), small), LONG_AGO);
    try (RunningServer server = start(transport, "digests: on-request\n")) {
      List<RawClient> clients = onePerLoop(server);
      for (RawClient client : clients) {
        client.request("HEAD", "/f", "Want-Repr-Digest: sha-256=1");
      }
      for (RawClient client : clients) {
        assertEquals(digest(content), client.head().field("repr-digest"));
      }
      assertEquals(1, metric(server, "millrace_digest_computed_total"), "read once for both loops");
      for (RawClient client : clients) { // cached without a digest ...
        client.get("/s");
        RawClient.Head head = client.head();
        assertEquals("", head.field("repr-digest"));
        assertArrayEquals(small, client.body(head.contentLength()));
      }
      for (int loop = LOOPS - 1; loop >= 0; loop--) { // ... and with it once it is known
        clients.get(loop).request("HEAD", "/s", "Want-Repr-Digest: sha-256=1");
        assertEquals(digest(small), clients.get(loop).head().field("repr-digest"));
        for (RawClient client : clients) {
          awaitDigest(client, digest(small));
        }
      }
      clients.getLast().request("GET", "/f", "Range: bytes=5-9", "Want-Content-Digest: sha-256=1");
      RawClient.Head part = clients.getLast().head();
      byte[] five = clients.getLast().body(part.contentLength());
      assertEquals(digest(five), part.field("content-digest"));
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private static String digest(byte[] content) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
    return "sha-256=:" + Base64.getEncoder().encodeToString(sum) + ":";
  }

  /** The digest reaches the other loop in a posted task, which may run a turn later. */
  private static void awaitDigest(RawClient client, String expected) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    String shown = "";
    while (!shown.equals(expected)) {
      assertTrue(System.nanoTime() < deadline, "last value: '" + shown + "'");
      client.get("/s");
      RawClient.Head head = client.head();
      client.body(head.contentLength());
      shown = head.field("repr-digest");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void withOneStuckLoopTheServerIsUnhealthyAndTheOtherLoopServes(TransportChoice transport)
      throws Exception {
    Files.writeString(root.resolve("f"), "x");
    try (RunningServer server = start(transport, "")) {
      List<RawClient> clients = onePerLoop(server);
      for (int loop = 0; loop < LOOPS; loop++) {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        server
            .events(loop)
            .execute(() -> {
              stuck.countDown();
              try {
                release.await();
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            });
        stuck.await();
        try {
          assertEquals("503", healthz(server), "loop " + loop);
          assertEquals("x", new String(get(clients.get(1 - loop), "/f"), StandardCharsets.UTF_8));
          if (transport == TransportChoice.URING) {
            double stall = metric(server, "millrace_loop_longest_turn_seconds");
            assertTrue(stall >= 0.9, "stalled for " + stall);
          }
        } finally {
          release.countDown();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!healthz(server).equals("200")) {
          assertTrue(System.nanoTime() < deadline, "still unhealthy");
        }
      }
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private static String healthz(RunningServer server) throws Exception {
    String url = server.managementUrl() + "/healthz";
    return Programs.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", url).out();
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void everyRequestIsLoggedOnceAndTheStatusShowsEachLoop(TransportChoice transport)
      throws Exception {
    Path www = Files.createDirectory(root.resolve("www"));
    Files.writeString(www.resolve("f"), "x");
    Path log = root.resolve("log");
    int requests = 300;
    try (RunningServer server =
        RunningServer.start(www, transport, "loops: 2\naccess-log: " + log + "\n")) {
      List<RawClient> clients = onePerLoop(server);
      for (int i = 0; i < requests; i++) {
        get(clients.get(i % LOOPS), "/f?" + i);
      }
      String status = Programs.run("curl", "-sSf", server.managementUrl() + "/status.json").out();
      assertTrue(status.contains("2 loops"), status.substring(0, 200));
      assertEquals(
          transport == TransportChoice.URING, status.contains("loop_1_connections"), "chart");
      for (RawClient client : clients) {
        client.close();
      }
    }
    List<String> lines = Files.readAllLines(log);
    assertEquals(requests, lines.size());
    for (int i = 0; i < requests; i++) {
      String target = "\"GET /f?" + i + " HTTP/1.1\"";
      assertEquals(1, lines.stream().filter(line -> line.contains(target)).count(), target);
    }
  }
}
