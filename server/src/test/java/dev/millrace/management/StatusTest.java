package dev.millrace.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Browser;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Traffic;
import dev.millrace.transport.TransportChoice;
import java.awt.image.BufferedImage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** /status as a page for people and as JSON for programs. */
class StatusTest {
  @TempDir Path root;

  private static HttpResponse<String> get(String url, String accept) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url)).header("Accept", accept).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  /** The latest point of each line; NaN for null. */
  private static Map<String, Double> metrics(String json) {
    Map<String, Double> metrics = new TreeMap<>();
    Map<?, ?> status = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(json);
    for (Object chart : (List<?>) status.get("charts")) {
      for (Object line : (List<?>) ((Map<?, ?>) chart).get("lines")) {
        Map<?, ?> one = (Map<?, ?>) line;
        assertEquals(180, ((List<?>) one.get("points")).size());
        Object now = one.get("now");
        metrics.put(
            (String) one.get("id"), now == null ? Double.NaN : ((Number) now).doubleValue());
      }
    }
    return metrics;
  }

  @Test
  void jsonHasTheMetricsAndIsNegotiable() throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING);
        Traffic _ = new Traffic(server, root, 10)) {
      String url = server.managementUrl();
      Map<String, Double> metrics =
          Await.until(
              () -> metrics(get(url + "/status.json", "*/*").body()),
              seen -> seen.get("requests") > 0 && seen.get("request_p99") > 0);
      for (String positive :
          List.of(
              "sent_bytes",
              "submissions_per_enter",
              "turn_p99",
              "longest_turn",
              "latency_openat2")) {
        assertTrue(metrics.get(positive) > 0, positive + " in " + metrics);
      }
      assertTrue(metrics.get("request_p50") <= metrics.get("request_p99"), metrics.toString());
      assertTrue(metrics.get("request_p99") < 10, metrics.toString());
      HttpResponse<String> negotiated = get(url + "/status", "application/json");
      assertEquals("application/json", negotiated.headers().firstValue("Content-Type").orElse(""));
      assertEquals(metrics.keySet(), metrics(negotiated.body()).keySet());
    }
  }

  @Test
  void nioHasTheChartsThatDoNotNeedARing() throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.NIO)) {
      Set<String> ids =
          metrics(get(server.managementUrl() + "/status.json", "*/*").body()).keySet();
      assertTrue(ids.containsAll(Set.of("requests", "request_p99", "connections", "worker_queue")));
      assertFalse(ids.contains("submissions_per_enter"));
    }
  }

  @Test
  void thePageLoadsNothingAndHasNoScripts() throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING)) {
      HttpResponse<String> page = get(server.managementUrl() + "/status", "text/html,*/*");
      String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
      assertTrue(policy.startsWith("default-src 'none'; style-src 'sha256-"), policy);
      assertFalse(policy.contains("script"), policy);
      for (String hazard :
          List.of("<script", " on", "src=", "href=", "url(", "@import", "style=")) {
        String tags =
            page.body().replaceAll(">[^<]*<", "><").replaceAll("(?s)<style>.*?</style>", "");
        if (!hazard.equals(" on")) {
          assertFalse(page.body().contains(hazard), hazard);
        } else {
          assertFalse(tags.matches("(?s).*<[^>]* on[a-z]+=.*"), hazard);
        }
      }
      assertTrue(page.body().contains("<meta http-equiv=\"refresh\" content=\"2\">"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBrowserShowsChartsThatUpdate(boolean dark) throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING);
        Traffic _ = new Traffic(server, root, 5);
        Browser browser = new Browser(dark)) {
      browser.open(server.managementUrl() + "/status");
      String first = browser.evaluate("document.body.innerText");
      String drawn = "document.querySelectorAll('polyline').length";
      Await.until(() ->
          Integer.parseInt(browser.evaluate(drawn)) >= 12
              && !first.equals(
                  browser.evaluate("document.body.innerText"))); // the page reloads itself
      // The Content-Security-Policy allows the style sheet.
      assertEquals(
          "\"grid\"", browser.evaluate("getComputedStyle(document.querySelector('main')).display"));
      assertEquals(
          "0",
          browser.evaluate("performance.getEntriesByType('resource').length"),
          "requests by the page");
      BufferedImage image =
          ImageIO.read(browser.screenshot("status-" + (dark ? "dark" : "light")).toFile());
      int background = image.getRGB(3, 3) & 0xff;
      assertEquals(dark, background < 0x80, "background " + background);
      Set<Integer> colours = new HashSet<>();
      for (int x = 0; x < image.getWidth(); x += 2) {
        for (int y = 0; y < image.getHeight(); y += 2) {
          colours.add(image.getRGB(x, y));
        }
      }
      assertTrue(colours.size() > 20, "colours " + colours.size());
    }
  }

  @Test
  void aHostileReasonIsEscaped() throws Exception {
    var status =
        new dev.millrace.management.Status.Snapshot(
            "1", "NIO", "<script>alert(1)</script>\"'&", 1, List.of());
    String page = dev.millrace.management.StatusHtml.write(status);
    assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), page);
  }
}
