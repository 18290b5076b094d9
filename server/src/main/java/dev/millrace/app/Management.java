package dev.millrace.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.metrics.ServerMetrics;
import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * The management port: {@code /healthz}, {@code /readyz}, {@code /metrics}.
 *
 * <p>On the JDK's own small HTTP server with threads of its own, so that it answers when the loop
 * does not.
 */
final class Management implements AutoCloseable {
  private static final Duration LOOP_MUST_TURN_WITHIN = Duration.ofSeconds(1);
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ThreadPool threads =
      new ThreadPool(new ThreadPool.Config("millrace-management", 2, 256));

  /**
   * @param events the loop's executor, asked to show that it turns
   * @param ready whether requests should be sent here
   */
  Management(
      InetSocketAddress address, Executor events, BooleanSupplier ready, ServerMetrics metrics)
      throws IOException {
    try {
      server = HttpServer.create(address, 64);
    } catch (IOException failed) {
      threads.close();
      throw failed;
    }
    server.setExecutor(threads::spawn);
    server.createContext("/healthz", exchange -> verdict(exchange, turns(events)));
    server.createContext("/readyz", exchange -> verdict(exchange, ready.getAsBoolean()));
    server.createContext(
        "/metrics",
        exchange -> {
          String accept = exchange.getRequestHeaders().getFirst("Accept");
          boolean open = accept != null && accept.contains("application/openmetrics-text");
          String type =
              open
                  ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                  : "text/plain; version=0.0.4; charset=utf-8";
          answer(exchange, 200, type, metrics.scrape(type));
        });
    server.createContext("/", exchange -> answer(exchange, 404, TEXT, "404 Not Found\n"));
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  /** An idle loop sleeps; whether it can still turn shows only when it is asked to. */
  private static boolean turns(Executor events) {
    ResetEvent turned = new ResetEvent();
    events.execute(turned::set);
    return turned.timedAwait(LOOP_MUST_TURN_WITHIN);
  }

  private static void verdict(HttpExchange exchange, boolean good) throws IOException {
    answer(exchange, good ? 200 : 503, TEXT, good ? "ok\n" : "not ok\n");
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      if (!head && !method.equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
      if (!head) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(bytes);
        }
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
