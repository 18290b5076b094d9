package dev.millrace.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.management.ManagementServer.Answer;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages that many clients request at the same time. */
class PageRenderQueueTest {
  @TempDir Path root;

  @Test
  void requestsThatArriveBeforeAPageIsRenderedShareIt() throws Exception {
    try (PageRenderQueue renderQueue = new PageRenderQueue()) {
      AtomicInteger rendered = new AtomicInteger();
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch resume = new CountDownLatch(1);
      CountDownLatch delivered = new CountDownLatch(51);
      PageRenderQueue.Maker slow =
          () -> {
            started.countDown();
            resume.await();
            return Answer.text(200, "first");
          };
      assertTrue(renderQueue.ask("a", slow, _ -> delivered.countDown()));
      started.await();
      for (int i = 0; i < 50; i++) {
        PageRenderQueue.Maker quick =
            () -> {
              rendered.incrementAndGet();
              return Answer.text(200, "later");
            };
        assertTrue(renderQueue.ask(i % 2 == 0 ? "a" : "b", quick, _ -> delivered.countDown()));
      }
      resume.countDown();
      assertTrue(delivered.await(20, TimeUnit.SECONDS));
      assertEquals(2, rendered.get(), "one rendering for each page, besides the one in progress");
    }
  }

  @Test
  void theQueueIsBoundedAndAFailingPageStillGetsAResponse() throws Exception {
    try (PageRenderQueue renderQueue = new PageRenderQueue()) {
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch resume = new CountDownLatch(1);
      PageRenderQueue.Maker failing =
          () -> {
            started.countDown();
            resume.await();
            throw new IllegalStateException("deliberate");
          };
      CompletableFuture<Answer> response = new CompletableFuture<>();
      assertTrue(renderQueue.ask("a", failing, response::complete));
      started.await();
      int accepted = 0;
      while (renderQueue.ask("b", () -> Answer.text(200, ""), _ -> {}) && accepted < 10_000) {
        accepted++;
      }
      assertEquals(1024, accepted);
      resume.countDown();
      assertEquals(500, response.get(20, TimeUnit.SECONDS).status);
    }
  }

  @Test
  void concurrentScrapesAndAHealthCheckAllGetResponses() throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING);
        HttpClient http = HttpClient.newHttpClient()) {
      List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        responses.add(get(http, server.managementUrl() + "/metrics"));
      }
      assertEquals(200, get(http, server.managementUrl() + "/healthz").join().statusCode());
      for (CompletableFuture<HttpResponse<String>> response : responses) {
        HttpResponse<String> got = response.get(20, TimeUnit.SECONDS);
        assertEquals(200, got.statusCode());
        assertTrue(got.body().contains("\nmillrace_loop_turns_total "), got.body());
      }
    }
  }

  private static CompletableFuture<HttpResponse<String>> get(HttpClient http, String url) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
