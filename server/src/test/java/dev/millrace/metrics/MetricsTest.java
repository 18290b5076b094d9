package dev.millrace.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.io.BufferedReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values after known traffic, and the description, unit and documentation of every metric. */
class MetricsTest {
  private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0";
  private static final String ACCESS_LOG_AND_INDEX =
      "state: %s/state\nscrub: 1MiB\naccess-log: %s/log\n";

  /** Nothing listens there, so the server keeps its temporary certificate. */
  private static final String HTTPS =
      """
      tls-listen: 127.0.0.1:0
      acme: www.example.test
      acme-directory: https://127.0.0.1:1/directory
      """;

  @TempDir Path root;

  private RunningServer start(TransportChoice transport) throws Exception {
    return start(transport, "");
  }

  private RunningServer start(TransportChoice transport, String more) throws Exception {
    Files.createDirectories(root.resolve("www"));
    Files.createDirectories(root.resolve("state"));
    Files.write(root.resolve("www/f"), new byte[1000]);
    return RunningServer.start(
        root.resolve("www"), transport, ACCESS_LOG_AND_INDEX.formatted(root, root) + more);
  }

  private static HttpResponse<String> get(String url, String accept) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url)).header("Accept", accept).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private static void await(RunningServer server, String metric, String value) throws Exception {
    server.await(metric, Double.parseDouble(value));
  }

  private static void traffic(RunningServer server) throws Exception {
    try (RawClient client = new RawClient(server.plainAddress())) {
      for (int i = 0; i < 3; i++) {
        client.get("/f");
        assertEquals(1000, client.body(client.head().contentLength()).length);
      }
      client.request("HEAD", "/f");
      client.head();
      client.get("/missing");
      client.body(client.head().contentLength());
      client.request("GET", "/f", "Want-Repr-Digest: sha-256=1");
      client.body(client.head().contentLength());
    }
    try (RawClient client = new RawClient(server.plainAddress())) {
      client.send("GARBAGE / HTTP/1.1\r\nHost: a\r\n\r\n");
      assertEquals(501, client.head().status());
    }
  }

  /** The names and types that OpenMetrics declares; checks units and descriptions. */
  private static Map<String, String> declared(String exposition) throws Exception {
    Map<String, String> families = new TreeMap<>();
    Map<String, String> units = new TreeMap<>();
    Set<String> described = new TreeSet<>();
    BufferedReader lines = new BufferedReader(new java.io.StringReader(exposition));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# TYPE ")) {
        families.put(words[2], words[3]);
      } else if (line.startsWith("# UNIT ")) {
        units.put(words[2], words[3]);
      } else if (line.startsWith("# HELP ") && words.length > 3 && !words[3].isBlank()) {
        described.add(words[2]);
      }
    }
    assertEquals(families.keySet(), described, "every metric has a description");
    units.forEach((name, unit) -> assertTrue(name.endsWith("_" + unit), name + " in " + unit));
    return families;
  }

  /** The suffix that the text format adds to the name that OpenMetrics declares. */
  private static String suffix(String type) {
    return switch (type) {
      case "counter" -> "_total";
      case "info" -> "_info";
      default -> "";
    };
  }

  @Test
  void everyMetricIsDescribedAndDocumented() throws Exception {
    try (RunningServer server = start(TransportChoice.URING, HTTPS)) {
      traffic(server);
      await(server, "millrace_digest_computed_total", "1.0");
      Map<String, String> families =
          declared(get(server.managementUrl() + "/metrics", OPEN_METRICS).body());
      Map<String, String> documented = new TreeMap<>();
      for (String line : Files.readAllLines(Path.of("..", "docs", "metrics.md"))) {
        String[] cells = line.split("\\|");
        if (line.startsWith("| `") && cells.length > 4) {
          documented.put(cells[1].strip().replace("`", ""), cells[2].strip());
          String unit = cells[3].strip();
          String name = cells[1].strip().replace("`", "").replaceFirst("(_total|_max)$", "");
          if (unit.equals("seconds") || unit.equals("bytes")) {
            assertTrue(name.endsWith("_" + unit), name + " is in " + unit);
          }
        }
      }
      Map<String, String> shown = new TreeMap<>();
      families.forEach((name, type) -> {
        if (name.startsWith("millrace_") || name.startsWith("http_")) {
          shown.put(name + suffix(type), type);
        }
      });
      assertEquals(documented, shown);
    }
  }

  @Test
  void metricsCountTheTraffic() throws Exception {
    try (RunningServer server = start(TransportChoice.URING)) {
      traffic(server);
      String get2xx = "{http_request_method=\"GET\",http_response_status_class=\"2xx\"}";
      String get4xx = "{http_request_method=\"GET\",http_response_status_class=\"4xx\"}";
      await(server, "http_server_request_duration_seconds_count" + get2xx, "4");
      assertEquals("4000.0", server.metric("http_server_response_body_size_bytes_sum" + get2xx));
      assertEquals("1", server.metric("http_server_request_duration_seconds_count" + get4xx));
      assertEquals(
          "1",
          server.metric(
              "http_server_request_duration_seconds_count"
                  + "{http_request_method=\"HEAD\",http_response_status_class=\"2xx\"}"));
      assertEquals(
          "1.0", server.metric("millrace_requests_rejected_total{reason=\"unknown_method\"}"));
      assertEquals("2.0", server.metric("millrace_connections_accepted_total"));
      await(server, "millrace_connections_open", "0.0");
      assertEquals("0.0", server.metric("millrace_connections_idle"));
      assertEquals("0.0", server.metric("http_server_active_requests"));
      assertTrue(Double.parseDouble(server.metric("millrace_loop_wakeup_seconds_count")) > 0);
      assertTrue(Double.parseDouble(server.metric("millrace_loop_task_wait_seconds_count")) > 0);
      double turns = Double.parseDouble(server.metric("millrace_loop_turn_completions_count"));
      assertTrue(turns > 0, "turns " + turns);
      double enters =
          Double.parseDouble(server.metric("millrace_ring_submissions_per_enter_count"));
      assertTrue(enters >= turns, enters + " enter calls in " + turns + " turns");
      assertTrue(Double.parseDouble(server.metric("process_open_fds")) > 10);
      await(server, "millrace_pool_queue_depth{pool=\"hash\"}", "0.0");
      assertTrue(server.metrics().contains("millrace_build_info{java=\"25"), server.metrics());
    }
  }

  @Test
  void closedConnectionsAreCountedByReason() throws Exception {
    Files.writeString(root.resolve("f"), "x");
    try (RunningServer server =
        RunningServer.start(root, TransportChoice.URING, "idle-timeout: 2s\n")) {
      try (RawClient client = new RawClient(server.address())) {
        client.get("/f");
        client.body(client.head().contentLength());
      }
      await(server, "millrace_connections_closed_total{reason=\"peer\"}", "1.0");
      try (RawClient client = new RawClient(server.address())) {
        client.request("GET", "/f", "Connection: close");
        client.body(client.head().contentLength());
        assertEquals(-1, client.in().read());
      }
      await(server, "millrace_connections_closed_total{reason=\"server\"}", "1.0");
      try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
        socket.getOutputStream().write("GET /f HTTP/1.1\r\nHost: a\r\n\r\n".getBytes());
        assertEquals('H', socket.getInputStream().read());
        socket.setSoLinger(true, 0);
      }
      await(server, "millrace_connections_closed_total{reason=\"reset\"}", "1.0");
      try (RawClient client = new RawClient(server.address())) {
        client.get("/f");
        client.body(client.head().contentLength());
        assertEquals(-1, client.in().read());
      }
      await(server, "millrace_connections_closed_total{reason=\"timeout\"}", "1.0");
      assertEquals("0.0", server.metric("millrace_connections_closed_total{reason=\"stalled\"}"));
    }
  }

  @Test
  void theAcceptFieldDeterminesTheFormat() throws Exception {
    try (RunningServer server = start(TransportChoice.URING)) {
      String url = server.managementUrl() + "/metrics";
      Map<String, String> types =
          Map.of(
              "*/*",
              "text/plain",
              OPEN_METRICS,
              "application/openmetrics-text",
              "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
              "application/vnd.google.protobuf");
      for (Map.Entry<String, String> type : types.entrySet()) {
        HttpResponse<String> response = get(url, type.getKey());
        assertEquals(200, response.statusCode());
        String got = response.headers().firstValue("Content-Type").orElseThrow();
        assertTrue(got.startsWith(type.getValue()), type.getKey() + " got " + got);
      }
      assertTrue(get(url, OPEN_METRICS).body().endsWith("# EOF\n"));
    }
  }

  @Test
  void nioCountsConnections() throws Exception {
    try (RunningServer server = start(TransportChoice.NIO)) {
      try (RawClient client = new RawClient(server.address())) {
        client.get("/f");
        client.body(client.head().contentLength());
        assertEquals("1.0", server.metric("millrace_connections_open"));
        await(server, "millrace_connections_idle", "1.0");
      }
      await(server, "millrace_connections_open", "0.0");
      assertEquals("1.0", server.metric("millrace_connections_accepted_total"));
    }
  }

  @Test
  void metricsCanBeTurnedOff() throws Exception {
    Files.writeString(root.resolve("f"), "x");
    for (TransportChoice transport : List.of(TransportChoice.URING, TransportChoice.NIO)) {
      try (RunningServer server = RunningServer.start(root, transport, "metrics: off\n");
          RawClient client = new RawClient(server.address())) {
        client.get("/f");
        assertEquals(200, client.head().status());
        assertEquals(404, get(server.managementUrl() + "/metrics", "*/*").statusCode());
        assertEquals(200, get(server.managementUrl() + "/healthz", "*/*").statusCode());
      }
    }
  }
}
