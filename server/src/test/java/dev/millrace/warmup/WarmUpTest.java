package dev.millrace.warmup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.server.Await;
import dev.millrace.server.Descriptors;
import dev.millrace.server.LogLines;
import dev.millrace.server.OnDisk;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.Via;
import dev.millrace.transport.TransportChoice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The warm-up exercises all kinds of requests and leaves nothing behind. load-tests/compare
 * measures its effect.
 */
class WarmUpTest {
  private static final Pattern HASHED =
      Pattern.compile("(?m)^millrace_digest_read_bytes_total (\\S+)$");

  private static final ProtocolTraffic.Addresses NO_OTHERS = ProtocolTraffic.Addresses.NONE;

  @TempDir(factory = OnDisk.class)
  Path root;

  private final LogLines log = new LogLines("dev.millrace");

  @BeforeEach
  void tree() throws Exception {
    for (Map.Entry<String, Integer> file : WarmUpTraffic.files().entrySet()) {
      Files.write(root.resolve(file.getKey()), new byte[file.getValue()]);
    }
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  private static Set<String> leftBehind() throws Exception {
    Set<String> names = new TreeSet<>();
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("millrace-warm-up"))
          .forEach(names::add);
    }
    return names;
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void theServerStartsAfterTheWarmUpWithoutRemnantsOrCounts(TransportChoice transport)
      throws Exception {
    Set<String> before = leftBehind();
    long began = System.nanoTime();
    ServerSettings settings =
        RunningServer.settings(root, transport, "warm-up: 1s\naccess-log: off\n");
    WarmUp.before(settings);
    try (RunningServer server = RunningServer.start(settings)) {
      assertTrue(
          System.nanoTime() - began >= 1_000_000_000L, "the warm-up lasts as long as configured");
      assertEquals(before, leftBehind());
      String files = System.getProperty("java.io.tmpdir") + "/millrace-warm-up";
      // A hashing thread, which has the lowest priority, may have to end its read first.
      var _ = Await.until(() -> Descriptors.openBelow(files), List::isEmpty);
      assertEquals(List.of(), log.lines());
      assertEquals(Set.of(C2Threads.NICENESS), c2Niceness());
      assertEquals(0, requests(server));
      try (RawClient client = new RawClient(server.address())) {
        client.get("/small");
        assertEquals(1024, client.body(client.head().contentLength()).length);
      }
      Await.until(() -> requests(server) >= 1); // counted just after the response is sent
      assertEquals(1, requests(server));
    }
  }

  /** Fails if a response has an unexpected status or length. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "response-cache: 1MiB\ndigests: background\n",
        "response-cache: off\ndigests: background\n",
        "response-cache: 1MiB\ndigests: on-request\n",
        "response-cache: 1MiB\ndigests: off\n"
      })
  void theWarmUpTrafficProducesEveryKindOfResponse(String yaml) throws Exception {
    String settings = "listing: on\n" + yaml;
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING, settings)) {
      long before = bytesFromDisk();
      int cold = WarmUpTraffic.files().getOrDefault("cold", 0);
      trafficUntil(
          server.address(),
          server.managementAddress(),
          () -> missing(server, bytesFromDisk() - before >= cold, !yaml.contains("digests: off")));
      assertEquals(List.of(), log.lines());
      assertTrue(!yaml.contains("digests: off") || hashedBytes(server) == 0);
    }
  }

  /** The kinds of responses and of work that the traffic has not caused yet. */
  private static List<String> missing(RunningServer server, boolean readFromDisk, boolean hashes)
      throws Exception {
    List<String> missing = new ArrayList<>();
    Map<String, Double> statuses = statuses(server);
    for (String status : List.of("2xx", "3xx", "4xx")) {
      if (statuses.getOrDefault(status, 0.0) <= 10) {
        missing.add(status + " in " + statuses);
      }
    }
    if (!readFromDisk) {
      missing.add("the evicted file is read from disk again");
    }
    int cold = WarmUpTraffic.files().getOrDefault("cold", 0);
    if (hashes && hashedBytes(server) < 2 * cold) {
      missing.add("more than " + hashedBytes(server) + " bytes are hashed");
    }
    return missing;
  }

  private static double hashedBytes(RunningServer server) throws Exception {
    Matcher hashed = HASHED.matcher(server.metrics());
    assertTrue(hashed.find());
    return Double.parseDouble(hashed.group(1));
  }

  /** Runs the traffic until nothing is missing; on a busy machine that takes several runs. */
  private void trafficUntil(
      InetSocketAddress http, InetSocketAddress management, Callable<List<String>> missing)
      throws Exception {
    var _ =
        Await.until(
            () -> {
              long end = System.nanoTime() + 1_500_000_000L;
              assertTrue(WarmUpTraffic.run(http, management, NO_OTHERS, root, end));
              return missing.call();
            },
            List::isEmpty);
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_URING", "TLS_NIO"})
  void theWarmUpTrafficUsesEveryProtocol(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, "h2c: on\nlisting: on\n")) {
      ProtocolTraffic.Addresses all =
          new ProtocolTraffic.Addresses(server.rawTlsAddress(), true, server.plainAddress());
      List<String> counts =
          List.of(
              "millrace_tls_handshake_duration_seconds_count{resumed=\"false\",version=\"TLSv1.3\"}",
              "millrace_tls_handshake_duration_seconds_count{resumed=\"true\",version=\"TLSv1.3\"}",
              "millrace_http2_connections_total",
              "millrace_http2_streams_total");
      var _ =
          Await.until(
              () -> {
                long end = System.nanoTime() + 1_500_000_000L;
                assertTrue(
                    WarmUpTraffic.run(
                        server.plainAddress(), server.managementAddress(), all, root, end));
                List<String> missing = new ArrayList<>();
                for (String count : counts) {
                  if (Double.parseDouble(server.metric(count)) < 10) {
                    missing.add(count);
                  }
                }
                return missing;
              },
              List::isEmpty);
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void aWarmUpWithEveryProtocolLeavesNoLogLines() throws Exception {
    ServerSettings settings =
        RunningServer.settings(root, Via.TLS_URING, "warm-up: 2s\naccess-log: off\nh2c: on\n");
    WarmUp.before(settings);
    assertEquals(List.of(), log.lines());
    String files = System.getProperty("java.io.tmpdir") + "/millrace-warm-up";
    var _ = Await.until(() -> Descriptors.openBelow(files), List::isEmpty);
  }

  @Test
  void theWarmUpTrafficScrapesMetrics() throws Exception {
    AtomicInteger scrapes = new AtomicInteger();
    HttpServer monitoring =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    monitoring.createContext(
        "/metrics",
        exchange -> {
          scrapes.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    monitoring.start();
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING)) {
      trafficUntil(
          server.address(),
          monitoring.getAddress(),
          () -> scrapes.get() >= 2 ? List.of() : List.of("a second scrape"));
    } finally {
      monitoring.stop(0);
    }
  }

  @Test
  void aLostServerEndsTheWarmUpEarlyWithALogLine() throws Exception {
    RunningServer server = RunningServer.start(root, TransportChoice.URING);
    server.close();
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    assertFalse(
        WarmUpTraffic.run(server.address(), server.managementAddress(), NO_OTHERS, root, end));
    assertEquals(1, log.lines().size(), log.lines().toString());
    assertEquals(1, log.with("warm-up: ended early"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2m", "61s", "on", "-1s", "4"})
  void invalidWarmUpTimesAreRefused(String value) {
    SettingsLoader.Flags flags =
        new SettingsLoader.Flags(
            Map.of("root", List.of(root.toString()), "warm-up", List.of(value)), null);
    SettingsException refused =
        assertThrows(SettingsException.class, () -> ServerSettings.load(flags, Map.of()));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("--warm-up: '" + value + "'"),
        refused.getMessage());
  }

  private static Set<Integer> c2Niceness() throws Exception {
    Set<Integer> found = new TreeSet<>();
    try (var threads = Files.list(Path.of("/proc/self/task"))) {
      for (Path thread : threads.toList()) {
        String stat = stat(thread);
        if (stat.contains("(" + C2Threads.THREADS + ")")) {
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
          found.add(Integer.parseInt(fields[16])); // the 19th field of proc_pid_stat(5)
        }
      }
    }
    return found;
  }

  /** Empty if the thread has ended, as the warm-up's threads may just do. */
  private static String stat(Path thread) {
    try {
      return Files.readString(thread.resolve("stat"));
    } catch (IOException ended) {
      return "";
    }
  }

  /** Bytes that the whole process caused to be read from disk (proc_pid_io(5)). */
  private static long bytesFromDisk() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
      if (line.startsWith("read_bytes: ")) {
        return Long.parseLong(line.substring(line.indexOf(' ') + 1));
      }
    }
    throw new AssertionError("no read_bytes in /proc/self/io");
  }

  private static double requests(RunningServer server) throws Exception {
    return statuses(server).values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** The number of responses by status class. */
  private static Map<String, Double> statuses(RunningServer server) throws Exception {
    Map<String, Double> found = new TreeMap<>();
    for (String line : server.metrics().split("\n")) {
      if (line.startsWith("http_server_request_duration_seconds_count{")) {
        String status = line.replaceFirst(".*http_response_status_class=\"(\\dxx)\".*", "$1");
        found.merge(
            status, Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)), Double::sum);
      }
    }
    return found;
  }
}
