package dev.millrace.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.metrics.ServerMetrics;
import dev.millrace.metrics.Status;
import dev.millrace.metrics.StatusHtml;
import dev.millrace.metrics.StatusJson;
import dev.millrace.sync.ThreadPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The management port: a handful of pages by their exact paths, and nothing else; no file is ever
 * served here.
 *
 * <p>On the JDK's own small HTTP server with threads of its own, so that it answers when the loop
 * does not. What is asked of others is bounded in time by {@link Probe}.
 */
final class Management implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";

  /**
   * What is said about the server's health.
   *
   * @param live whether the loop turns
   * @param ready whether requests should be sent here
   * @param started whether it has begun to listen
   */
  record Health(BooleanSupplier live, BooleanSupplier ready, BooleanSupplier started) {}

  /** What is shown of the figures. */
  record Figures(ServerMetrics metrics, Status status) {}

  /** What a page says. */
  static final class Answer {
    private final int status;
    private final String type;
    private final byte[] body;
    private final Map<String, String> fields = new HashMap<>();

    Answer(int status, String type, byte[] body) {
      this.status = status;
      this.type = type;
      this.body = body;
    }

    static Answer text(int status, String text) {
      return new Answer(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a header field. */
    Answer with(String name, String value) {
      fields.put(name, value);
      return this;
    }
  }

  /** Makes an answer to the value of an Accept field. */
  @FunctionalInterface
  interface Page {
    Answer answer(@Nullable String accept) throws IOException;
  }

  private final HttpServer server;
  private final Map<String, Page> pages = new HashMap<>();
  private final ThreadPool threads =
      new ThreadPool(new ThreadPool.Config("millrace-management", 4, 256));

  /**
   * @param figures shown, unless null
   */
  Management(InetSocketAddress address, Health health, @Nullable Figures figures)
      throws IOException {
    pages.put("/healthz", _ -> verdict(health.live()));
    pages.put("/readyz", _ -> verdict(health.ready()));
    pages.put("/startupz", _ -> verdict(health.started()));
    if (figures != null) {
      pages.put("/metrics", accept -> metrics(figures.metrics(), accept));
      pages.put("/status", accept -> wantsJson(accept) ? json(figures) : html(figures));
      pages.put("/status.json", _ -> json(figures));
    }
    String list = String.join("\n", new TreeSet<>(pages.keySet())) + "\n";
    pages.put("/", _ -> Answer.text(200, list));
    try {
      server = HttpServer.create(address, 64);
    } catch (IOException failed) {
      threads.close();
      throw failed;
    }
    server.setExecutor(threads::spawn);
    server.createContext("/", this::handle);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private static Answer verdict(BooleanSupplier health) {
    return health.getAsBoolean() ? Answer.text(200, "ok\n") : Answer.text(503, "not ok\n");
  }

  private static Answer metrics(ServerMetrics metrics, @Nullable String accept) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(64 << 10);
    String type = metrics.scrape(accept, body);
    return new Answer(200, type, body.toByteArray());
  }

  private static boolean wantsJson(@Nullable String accept) {
    return accept != null && accept.contains("application/json") && !accept.contains("text/html");
  }

  private static Answer json(Figures figures) {
    byte[] body = StatusJson.write(figures.status().snapshot()).getBytes(StandardCharsets.UTF_8);
    return new Answer(200, "application/json", body);
  }

  private static Answer html(Figures figures) {
    byte[] body = StatusHtml.write(figures.status().snapshot()).getBytes(StandardCharsets.UTF_8);
    return new Answer(200, "text/html; charset=utf-8", body)
        .with("Content-Security-Policy", StatusHtml.policy())
        .with("Vary", "Accept");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Page page = pages.get(exchange.getRequestURI().getRawPath());
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      if (page == null) {
        send(exchange, head, Answer.text(404, "404 Not Found\n"));
      } else if (head || method.equals("GET")) {
        List<String> accept = exchange.getRequestHeaders().get("Accept");
        send(exchange, head, page.answer(accept == null ? null : String.join(",", accept)));
      } else {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, false, Answer.text(405, "405 Method Not Allowed\n"));
      }
    }
  }

  private static void send(HttpExchange exchange, boolean head, Answer answer) throws IOException {
    var fields = exchange.getResponseHeaders();
    fields.set("Content-Type", answer.type);
    fields.set("Cache-Control", "no-store");
    fields.set("X-Content-Type-Options", "nosniff");
    answer.fields.forEach(fields::set);
    exchange.sendResponseHeaders(answer.status, head ? -1 : answer.body.length);
    if (!head) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(answer.body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
