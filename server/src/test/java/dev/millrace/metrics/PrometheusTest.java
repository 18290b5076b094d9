package dev.millrace.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Traffic;
import dev.millrace.server.Via;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Debian's Prometheus scrapes the server, and evaluates the rules and the dashboard's queries. */
class PrometheusTest {
  private static final Path FILES = Path.of("..", "docker", "prometheus");
  private static final Path DASHBOARD = Path.of("..", "docker", "grafana", "millrace.json");

  @TempDir Path temporary;

  /** A Prometheus that scrapes one server every second. */
  private final class Prometheus implements AutoCloseable {
    private final Process process;
    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();

    Prometheus(RunningServer server, String... options) throws Exception {
      Path config = temporary.resolve("prometheus.yml");
      String text = Files.readString(FILES.resolve("prometheus.yml"));
      String target = server.managementUrl().substring("http://".length());
      Files.writeString(
          config,
          text.replace("127.0.0.1:9090", target)
              .replace(" 15s", " 1s")
              .replace("- rules.yml", "- " + FILES.resolve("rules.yml").toRealPath()));
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      url = "http://127.0.0.1:" + port;
      List<String> command = new ArrayList<>(List.of("prometheus", "--log.level=warn"));
      command.add("--config.file=" + config);
      command.add("--storage.tsdb.path=" + Files.createTempDirectory(temporary, "tsdb"));
      command.add("--web.listen-address=127.0.0.1:" + port);
      command.addAll(List.of(options));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(temporary.resolve("prometheus.log").toFile())
              .start();
    }

    /** A response of Prometheus' API; null until it is ready. */
    Map<?, ?> get(String path) throws Exception {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).build();
      try {
        HttpResponse<String> got = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (got.statusCode() == 503) {
          return null; // it accepts connections before it is ready
        }
        Map<?, ?> response = (Map<?, ?>) parse(got.body());
        assertEquals("success", response.get("status"), got.body());
        return (Map<?, ?>) response.get("data");
      } catch (IOException notYet) {
        assertTrue(process.isAlive(), Files.readString(temporary.resolve("prometheus.log")));
        return null;
      }
    }

    /** The current values of a query without NaN; empty until Prometheus is ready. */
    List<Double> query(String expression) throws Exception {
      String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
      Map<?, ?> data = get("/api/v1/query?query=" + query);
      List<Double> values = new ArrayList<>();
      if (data != null) {
        for (Object one : (List<?>) data.get("result")) {
          String value = (String) ((List<?>) ((Map<?, ?>) one).get("value")).get(1);
          if (!value.equals("NaN")) {
            values.add(value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value));
          }
        }
      }
      return values;
    }

    @Override
    public void close() {
      process.destroy();
      process.onExit().join();
      http.close();
    }
  }

  private static Object parse(String json) {
    return new Load(LoadSettings.builder().build()).loadFromString(json);
  }

  private RunningServer start() throws Exception {
    return start(Via.TLS_URING);
  }

  private RunningServer start(Via via) throws Exception {
    Files.createDirectories(temporary.resolve("www"));
    Files.createDirectories(temporary.resolve("state"));
    return RunningServer.start(
        temporary.resolve("www"),
        via,
        "state: %1$s/state\nscrub: 1MiB\naccess-log: %1$s/access.log\n".formatted(temporary));
  }

  @Test
  void promtoolAcceptsTheMetrics() throws Exception {
    try (RunningServer server = start();
        Traffic traffic = new Traffic(server, temporary.resolve("www"), 5)) {
      Await.until(() -> traffic.requests() >= 100);
      Path scraped = Files.writeString(temporary.resolve("metrics.txt"), server.metrics());
      Result checked = Programs.run("sh", "-c", "promtool check metrics <" + scraped);
      assertEquals("", checked.out() + checked.err());
      assertEquals(0, checked.exitCode());
    }
  }

  @Test
  void everyAlertHasATestThatFiresAndOneThatDoesNot() throws Exception {
    for (String[] command :
        new String[][] {
          {"promtool", "check", "rules", "rules.yml"},
          {"promtool", "check", "config", "prometheus.yml"},
          {"promtool", "test", "rules", "rules_test.yml"}
        }) {
      Result result = Programs.run("sh", "-c", "cd " + FILES + " && " + String.join(" ", command));
      assertEquals(0, result.exitCode(), result.out() + result.err());
    }
    TreeSet<String> alerts = new TreeSet<>();
    for (String line : Files.readAllLines(FILES.resolve("rules.yml"))) {
      if (line.strip().startsWith("- alert: ")) {
        alerts.add(line.strip().substring("- alert: ".length()));
      }
    }
    assertTrue(alerts.size() >= 16, alerts.toString());
    TreeSet<String> explained = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("../docs/runbooks.md"))) {
      if (line.startsWith("## ")) {
        explained.add(line.substring(3));
      }
    }
    assertEquals(alerts, explained, "docs/runbooks.md");
    TreeSet<String> fire = new TreeSet<>();
    TreeSet<String> silent = new TreeSet<>();
    Map<?, ?> tests = (Map<?, ?>) parse(Files.readString(FILES.resolve("rules_test.yml")));
    for (Object test : (List<?>) tests.get("tests")) {
      for (Object rule : (List<?>) ((Map<?, ?>) test).get("alert_rule_test")) {
        String name = (String) ((Map<?, ?>) rule).get("alertname");
        boolean expected = !((List<?>) ((Map<?, ?>) rule).get("exp_alerts")).isEmpty();
        (expected ? fire : silent).add(name);
      }
    }
    assertEquals(alerts, fire);
    assertEquals(alerts, silent);
  }

  /** The queries of the dashboard's panels, with the variables that Grafana would insert. */
  private static List<String> queries(boolean ring) throws Exception {
    Map<?, ?> dashboard = (Map<?, ?>) parse(Files.readString(DASHBOARD));
    List<Object> panels = new ArrayList<>((List<?>) dashboard.get("panels"));
    if (ring) { // its row is collapsed, so its panels are in the row
      for (Object row : List.copyOf(panels)) {
        if (((Map<?, ?>) row).get("panels") instanceof List<?> inRow) {
          panels.addAll(inRow);
        }
      }
    }
    List<String> queries = new ArrayList<>();
    for (Object panel : panels) {
      List<?> targets = (List<?>) ((Map<?, ?>) panel).get("targets");
      if (targets != null) {
        for (Object target : targets) {
          queries.add(
              ((String) ((Map<?, ?>) target).get("expr"))
                  .replace("$__rate_interval", "20s")
                  .replace("$job", "millrace")
                  .replace("$instance", ".+"));
        }
      }
    }
    return queries;
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_URING", "TLS_NIO"})
  void everyPanelOfTheDashboardHasData(Via via) throws Exception {
    boolean ring = via == Via.TLS_URING;
    List<String> queries = queries(ring);
    assertTrue(queries.size() > (ring ? 60 : 40), "queries: " + queries.size());
    try (RunningServer server = start(via);
        Traffic traffic = new Traffic(server, temporary.resolve("www"), 20);
        Prometheus prometheus = new Prometheus(server)) {
      List<String> empty = new ArrayList<>(queries);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!empty.isEmpty()) {
        Thread.sleep(500);
        for (String query : List.copyOf(empty)) {
          if (!prometheus.query(query).isEmpty()) {
            empty.remove(query);
          }
        }
        assertTrue(System.nanoTime() < deadline, "no data: " + empty);
      }
      assertEquals(List.of(1.0), prometheus.query("up"));
      assertEquals(List.of(1.0), prometheus.query("millrace_build_info"));
      double counted =
          prometheus.query("sum(http_server_request_duration_seconds_count)").getFirst();
      assertTrue(counted > 100, "counted " + counted + " of " + traffic.requests());
      Map<?, ?> rules = prometheus.get("/api/v1/rules");
      Map<?, ?> group = (Map<?, ?>) ((List<?>) rules.get("groups")).getFirst();
      for (Object rule : (List<?>) group.get("rules")) {
        Map<?, ?> one = (Map<?, ?>) rule;
        assertEquals("ok", one.get("health"), one.toString());
        assertEquals("inactive", one.get("state"), one.toString());
      }
    }
  }

  @Test
  void prometheusAcceptsNativeHistograms() throws Exception {
    String p99 = "histogram_quantile(0.99, sum(rate(http_server_request_duration_seconds[20s])))";
    try (RunningServer server = start();
        Traffic _ = new Traffic(server, temporary.resolve("www"), 20);
        Prometheus prometheus = new Prometheus(server, "--enable-feature=native-histograms")) {
      List<Double> value = Await.until(() -> prometheus.query(p99), seen -> !seen.isEmpty());
      assertEquals(1, value.size());
      assertTrue(value.getFirst() > 1e-5 && value.getFirst() < 5, "p99 " + value + " s");
    }
  }
}
