package dev.millrace.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

/** Pages that many ask for at once. */
class PageRenderQueueTest {
  @TempDir Path root;

  @Test
  void allWhoAskBeforeAPageIsBegunShareIt() throws Exception {
    try (PageRenderQueue renderQueue = new PageRenderQueue()) {
      AtomicInteger made = new AtomicInteger();
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      CountDownLatch delivered = new CountDownLatch(51);
      PageRenderQueue.Maker slow =
          () -> {
            begun.countDown();
            goOn.await();
            return Answer.text(200, "first");
          };
      assertTrue(renderQueue.ask("a", slow, _ -> delivered.countDown()));
      begun.await();
      for (int i = 0; i < 50; i++) {
        PageRenderQueue.Maker quick =
            () -> {
              made.incrementAndGet();
              return Answer.text(200, "later");
            };
        assertTrue(renderQueue.ask(i % 2 == 0 ? "a" : "b", quick, _ -> delivered.countDown()));
      }
      goOn.countDown();
      assertTrue(delivered.await(20, TimeUnit.SECONDS));
      assertEquals(2, made.get(), "one for each of two pages, though one was being made before");
    }
  }

  @Test
  void tooManyAreRefusedAndOneThatFailsIsSaidSo() throws Exception {
    try (PageRenderQueue renderQueue = new PageRenderQueue()) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      PageRenderQueue.Maker failing =
          () -> {
            begun.countDown();
            goOn.await();
            throw new IllegalStateException("deliberate");
          };
      CompletableFuture<Answer> answer = new CompletableFuture<>();
      assertTrue(renderQueue.ask("a", failing, answer::complete));
      begun.await();
      int accepted = 0;
      while (renderQueue.ask("b", () -> Answer.text(200, ""), _ -> {}) && accepted < 10_000) {
        accepted++;
      }
      assertEquals(1024, accepted);
      goOn.countDown();
      assertFalse(answer.get(20, TimeUnit.SECONDS) == null);
    }
  }

  @Test
  void fiftyScrapesAtOnceAreAllAnsweredAndHealthMeanwhile() throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING);
        HttpClient http = HttpClient.newHttpClient()) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(ask(http, server.managementUrl() + "/metrics"));
      }
      assertEquals(200, ask(http, server.managementUrl() + "/healthz").join().statusCode());
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        HttpResponse<String> got = answer.get(20, TimeUnit.SECONDS);
        assertEquals(200, got.statusCode());
        assertTrue(got.body().contains("\nmillrace_loop_turns_total "), got.body());
      }
    }
  }

  private static CompletableFuture<HttpResponse<String>> ask(HttpClient http, String url) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
