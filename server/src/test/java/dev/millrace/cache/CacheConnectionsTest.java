package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Conversation;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lifecycle of connections whose requests the response cache serves. */
class CacheConnectionsTest {
  private static final String GET = "GET /f HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final String LAST = "GET /f HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  @TempDir Path root;

  @BeforeEach
  void tree() throws Exception {
    for (String name : List.of("f", "other")) {
      Path file = Files.writeString(root.resolve(name), "content of " + name);
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-02-29T12:00:00Z")));
    }
  }

  private RunningServer start(String yaml) throws Exception {
    RunningServer server =
        RunningServer.start(
            root, TransportChoice.URING, "digests: on-request\nrevalidate: 60s\n" + yaml);
    try (Conversation first = new Conversation(server)) {
      first.exchange(GET);
      first.exchange(LAST);
    }
    return server;
  }

  private static double hits(RunningServer server) throws Exception {
    return Double.parseDouble(server.metric("millrace_response_cache_hits_total"));
  }

  private static void awaitOpen(RunningServer server, double expected) throws Exception {
    server.await("millrace_connections_open", expected);
  }

  private static double open(RunningServer server) throws Exception {
    return Double.parseDouble(server.metric("millrace_connections_open"));
  }

  @Test
  void theLastRequestIsACacheHitAndLaterBytesAreIgnored() throws Exception {
    try (RunningServer server = start("")) {
      for (int i = 0; i < 50; i++) {
        double before = hits(server);
        try (RawClient client = new RawClient(server.address())) {
          client.send(GET + LAST + GET + "nonsense");
          String all = new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1);
          assertEquals(2, all.split("HTTP/1.1 200 OK", -1).length - 1, all);
          assertEquals(1, all.split("Connection: close", -1).length - 1, all);
          assertTrue(all.endsWith("\r\n\r\ncontent of f"), all);
        }
        assertEquals(before + 2, hits(server));
      }
      awaitOpen(server, 0);
    }
  }

  /** More than the output has room for, and more than are answered in one turn. */
  @Test
  void tenThousandPipelinedRequestsAreAnsweredInOrder() throws Exception {
    int count = 10_000;
    String requests = (GET + GET.replace("/f", "/other")).repeat(count / 2);
    try (RunningServer server = start("");
        RawClient client = new RawClient(server.address())) {
      FutureTask<Void> sending =
          new FutureTask<>(() -> {
            client.send(requests);
            return null;
          });
      Thread.ofPlatform().start(sending);
      for (int i = 0; i < count; i++) {
        RawClient.Head head = client.head();
        String body = new String(client.body(head), StandardCharsets.US_ASCII);
        assertEquals(i % 2 == 0 ? "content of f" : "content of other", body, "response " + i);
      }
      sending.get();
    }
  }

  /** A client that reads nothing must not delay another one, nor fill the memory. */
  @Test
  void aPipelineThatIsNotReadLeavesOthersTheirTurn() throws Exception {
    try (RunningServer server = start("");
        RawClient other = new RawClient(server.address())) {
      RawClient unread = new RawClient(server.address(), 4 << 10);
      FutureTask<Void> sending =
          new FutureTask<>(() -> {
            unread.send(GET.repeat(1_000_000));
            return null;
          });
      Thread.ofPlatform().start(sending);
      for (int i = 0; i < 1_000; i++) {
        other.get("/f");
        assertEquals(12, other.body(other.head()).length);
      }
      assertTrue(!sending.isDone(), "the server takes no more than it can answer");
      unread.close();
      assertThrows(ExecutionException.class, sending::get);
    }
  }

  /** Other closes linger for a second, so that a reset does not destroy the response. */
  @Test
  void connectionsWhoseClientSentConnectionCloseDoNotLinger() throws Exception {
    try (RunningServer server = start("")) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        RawClient client = new RawClient(server.address());
        clients.add(client);
        client.send(LAST);
        String all = new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(all.endsWith("\r\n\r\ncontent of f"), all);
      }
      long end = System.nanoTime();
      awaitOpen(server, 0);
      assertTrue(
          System.nanoTime() - end < 700_000_000L,
          "the server lingered although no client has closed");
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void idleConnectionsAreClosedWhateverTheyServedBefore() throws Exception {
    try (RunningServer server = start("idle-timeout: 2s\n");
        RawClient silent = new RawClient(server.address());
        RawClient cached = new RawClient(server.address());
        RawClient uncached = new RawClient(server.address());
        RawClient beginning = new RawClient(server.address())) {
      cached.send(GET);
      uncached.send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n");
      beginning.send("GET /f");
      for (RawClient client : List.of(cached, uncached)) {
        client.body((int) client.head().contentLength());
      }
      for (RawClient client : List.of(silent, cached, uncached)) {
        assertTrue(client.atEnd());
      }
    }
  }

  @Test
  void aBusyConnectionIsNotIdle() throws Exception {
    try (RunningServer server = start("idle-timeout: 2s\n");
        Conversation busy = new Conversation(server);
        RawClient idle = new RawClient(server.address())) {
      long end = System.nanoTime() + 5_000_000_000L;
      while (System.nanoTime() < end) {
        assertTrue(busy.exchange(GET).startsWith("HTTP/1.1 200 "));
        Thread.sleep(200);
      }
      assertTrue(idle.atEnd());
    }
  }

  @Test
  void connectionsSwitchBetweenCacheAndFullPathInAnyOrder() throws Exception {
    try (RunningServer server = start("")) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        clients.add(new RawClient(server.address()));
        clients.get(i).send(GET);
      }
      for (int i = 0; i < clients.size(); i++) {
        RawClient client = clients.get(i);
        client.body((int) client.head().contentLength());
        switch (i % 3) {
          case 0 -> client.close();
          case 1 -> {
            client.send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n");
            byte[] body = client.body((int) client.head().contentLength());
            assertEquals("content of other", new String(body, StandardCharsets.ISO_8859_1));
          }
          default -> client.send("GET /f HTTP/1.1\r\nHo");
        }
      }
      awaitOpen(server, 200);
      for (int i = 0; i < clients.size(); i++) {
        RawClient client = clients.get(i);
        if (i % 3 > 0) {
          client.send(i % 3 == 1 ? GET : "st: h\r\n\r\n");
          byte[] body = client.body((int) client.head().contentLength());
          assertEquals("content of f", new String(body, StandardCharsets.ISO_8859_1));
          client.shutdownOutput();
          assertTrue(client.atEnd());
          client.close();
        }
      }
      awaitOpen(server, 0);
    }
  }
}
