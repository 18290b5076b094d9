package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient.Head;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process with a low descriptor limit and more clients than descriptors. */
class DescriptorsTest {
  private static final int LIMIT = 300;
  private static final int IDLE = 700;
  private static final int FILES = 100;
  private static final int LARGE = 16 << 20;
  private static final int SMALL_WINDOW_BYTES = 8 << 10;
  private static final int BYTES = 20_000;

  @TempDir Path root;
  private final List<RawClient> clients = new ArrayList<>();

  @BeforeEach
  void makeFiles() throws Exception {
    for (int i = 0; i < FILES; i++) {
      Files.write(root.resolve("f" + i), new byte[BYTES]);
    }
  }

  @AfterEach
  void closeClients() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
  }

  private Served serve(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--max-connections-per-client=off"); // the clients of this test have one address
    all.add(root.toString());
    return Served.start(
        List.of("prlimit", "--nofile=" + LIMIT + ":" + LIMIT), all.toArray(String[]::new));
  }

  private static RawClient connect(Served served) throws Exception {
    return new RawClient(new InetSocketAddress("127.0.0.1", served.port()));
  }

  private void openIdle(Served served) throws Exception {
    for (int i = 0; i < IDLE; i++) {
      RawClient client = connect(served);
      clients.add(client);
      client.get("/f0");
      client.body(client.head().contentLength()); // NIO counts a connection before it dispatches it
    }
  }

  /** Requests more than the buffers on the way hold, so that the connection is not idle. */
  private RawClient download(Served served) throws Exception {
    Path large = root.resolve("large");
    if (!Files.exists(large)) {
      Files.write(large, new byte[LARGE]);
    }
    RawClient client =
        new RawClient(new InetSocketAddress("127.0.0.1", served.port()), SMALL_WINDOW_BYTES);
    client.get("/large");
    return client;
  }

  private static boolean isRefused(RawClient client) {
    try {
      return client.head().status() == 503;
    } catch (IOException reset) {
      return true; // the client sent bytes after the server had closed
    }
  }

  private static void assertServesFiles(RawClient client, Served served) throws Exception {
    for (int i = 0; i < FILES; i++) {
      client.get("/f" + i);
      Head head = client.head();
      assertEquals(200, head.status(), served.log());
      assertEquals(BYTES, client.body(head.contentLength()).length);
    }
  }

  /** The status that a new connection gets, or 0 if it ends without a response. */
  private static int status(Served served) throws Exception {
    try (RawClient client = connect(served)) {
      client.get("/f0");
      return client.head().status();
    } catch (IOException ended) {
      return 0;
    }
  }

  private static double metric(Served served, String name) throws Exception {
    String metrics = Programs.run("curl", "-sSf", served.management() + "/metrics").out();
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void descriptorSharesAllowAtLeast12ConnectionsForEveryLimit() {
    for (int limit = 1; limit < 200_000; limit += 7) {
      assertTrue(
          DescriptorShares.of(limit).connections()
              >= 12); // the record's constructor asserts the sum
    }
    assertTrue(DescriptorShares.of(Integer.MAX_VALUE).connections() > 1 << 29);
    assertEquals(new DescriptorShares(1024, 354, 236, 236, 29), DescriptorShares.of(1024));
    assertEquals(24_546, DescriptorShares.of(65_536).connections());
  }

  @ParameterizedTest
  @CsvSource({"uring,64MiB,1", "uring,64MiB,2", "uring,off,1", "nio,64MiB,1"})
  void idleConnectionsAreClosedForNewOnes(String transport, String cache, int loops)
      throws Exception {
    try (Served served =
        serve("--transport=" + transport, "--response-cache=" + cache, "--loops=" + loops)) {
      openIdle(served);
      assertServesFiles(clients.getLast(), served);
      try (RawClient another = connect(served)) {
        assertServesFiles(another, served);
      }
      assertTrue(clients.getFirst().atEnd());
      assertEquals(0, metric(served, "millrace_connections_refused_total"));
      double most = DescriptorShares.of(LIMIT).connections() + 2.0 * loops;
      double open = metric(served, "millrace_connections_open");
      assertTrue(open <= most, open + " connections are open");
    }
  }

  @ParameterizedTest
  @CsvSource({"nio,64MiB", "uring,64MiB", "uring,off"})
  void withoutIdleConnectionsNewOnesAreRefusedUntilOthersEnd(String transport, String cache)
      throws Exception {
    try (Served served = serve("--transport=" + transport, "--response-cache=" + cache)) {
      RawClient early = download(served);
      assertEquals(200, early.head().status());
      int refused = 0;
      for (int i = 0; i < IDLE; i++) {
        RawClient client = download(served);
        clients.add(client);
        refused += isRefused(client) ? 1 : 0;
      }
      assertTrue(refused > IDLE - LIMIT, refused + " were refused");
      assertEquals(LARGE, early.body(LARGE).length);
      assertServesFiles(early, served);
      assertEquals(refused, metric(served, "millrace_connections_refused_total"));
      closeClients();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (status(served) != 200) {
        assertTrue(System.nanoTime() < deadline, "new connections are still refused");
      }
      try (RawClient another = connect(served)) {
        assertServesFiles(another, served);
      }
      early.close();
    }
  }

  /** The limit is lowered at run time, so that descriptors run out below the connection bound. */
  @Test
  void withoutAnyDescriptorTheRingRefusesConnections() throws Exception {
    try (Served served = serve("--transport=uring")) {
      assertEquals(200, status(served));
      limit(served, highestDescriptor(served) + 1);
      int refused = 0;
      for (int i = 0; i < LIMIT && refused < 5; i++) {
        RawClient client = connect(served);
        clients.add(client);
        try {
          client.get("/none");
          refused += client.head().status() == 503 && client.atEnd() ? 1 : 0;
        } catch (IOException reset) {
          refused++;
        }
      }
      assertEquals(5, refused);
      limit(served, LIMIT);
      assertEquals(200, status(served));
    }
  }

  private static int highestDescriptor(Served served) throws Exception {
    try (var descriptors = Files.list(Path.of("/proc/" + served.process().pid() + "/fd"))) {
      return descriptors
          .mapToInt(descriptor -> Integer.parseInt(descriptor.getFileName().toString()))
          .max()
          .orElseThrow();
    }
  }

  private static void limit(Served served, int descriptors) throws Exception {
    String pid = String.valueOf(served.process().pid());
    String limits = "--nofile=" + descriptors + ":" + LIMIT;
    assertEquals(0, Programs.run("prlimit", "--pid", pid, limits).exitCode());
  }
}
