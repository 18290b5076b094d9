package dev.millrace.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import io.undertow.util.Methods;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScrapeWhileWritingTest {
  @Test
  void metricsCanBeScrapedWhileTheyAreUpdated() throws Exception {
    RequestStats stats = new RequestStats();
    boolean[] ended = new boolean[1];
    try (ServerMetrics metrics = new ServerMetrics()) {
      metrics.requests(List.of(new RequestTracker(exchange -> {}, null)), List.of(stats));
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                RequestStats.Series series = stats.series(Methods.GET, 200);
                for (long i = 0; !Thread.currentThread().isInterrupted(); i++) {
                  series.record(i % 10_000_000, -1, i % 100_000);
                }
                ended[0] = true;
              });
      try {
        String format = metrics.format("");
        for (int i = 0; i < 500; i++) {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          metrics.scrape(format, out);
          assertTrue(out.toString(StandardCharsets.UTF_8).contains("jvm_"));
        }
      } finally {
        writer.interrupt();
        writer.join();
      }
      assertTrue(ended[0]);
    }
  }
}
