package dev.millrace.management;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.metrics.ServerMetrics;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.nio.NioSockets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The management port: a few pages, each at an exact path. It never serves files.
 *
 * <p>Runs on the JDK's HTTP server with the management threads, so that it responds even if the
 * loop is stuck. {@link HealthCheck} bounds the time that it waits for other threads.
 */
public final class ManagementServer implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String MAX_CONNECTIONS = "jdk.httpserver.maxConnections";
  private static final Page NOT_ALLOWED =
      new Page.Verdict(
          () -> Answer.text(405, "405 Method Not Allowed\n").with("Allow", "GET, HEAD"));

  /**
   * The server's health.
   *
   * @param live whether the loop turns
   * @param ready whether clients should send requests
   * @param started whether the server has begun to listen
   */
  public record Health(BooleanSupplier live, BooleanSupplier ready, BooleanSupplier started) {}

  /** The sources of the metrics and status pages. */
  public record Figures(ServerMetrics metrics, Status status) {}

  /**
   * Who may read the metrics and status pages. Any client may check the health.
   *
   * @param grants decides on the value of the Authorization field, null if there is none
   * @param challenge the value of WWW-Authenticate
   */
  public record Access(Predicate<@Nullable String> grants, String challenge) {
    /** Any client. */
    public static final Access OPEN = new Access(_ -> true, "");
  }

  /** A response. */
  static final class Answer {
    final int status;
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

    Answer with(String name, String value) {
      fields.put(name, value);
      return this;
    }
  }

  /** The page of a path. */
  private sealed interface Page {
    /** Computed on the management thread that handles the request. */
    record Verdict(Supplier<Answer> answer) implements Page {}

    /**
     * Rendered by the {@link PageRenderQueue}.
     *
     * @param kind maps the Accept field to the variant of the page
     */
    record Rendered(UnaryOperator<String> kind, Function<String, PageRenderQueue.Maker> maker)
        implements Page {}
  }

  private final InetAddress listened;
  private final Access access;
  private final HttpServer server;
  private final Map<String, Page> pages = new HashMap<>();
  private final ThreadPool threads =
      new ThreadPool(new ThreadPool.Config("millrace-management", 4, 256));
  private final PageRenderQueue renderQueue = new PageRenderQueue();

  /**
   * @param figures null to omit the metrics and status pages
   * @param access to those pages
   */
  public ManagementServer(
      InetSocketAddress address, Health health, @Nullable Figures figures, Access access)
      throws IOException {
    this.access = access;
    listened = address.getAddress();
    pages.put("/healthz", new Page.Verdict(() -> verdict(health.live())));
    pages.put("/readyz", new Page.Verdict(() -> verdict(health.ready())));
    pages.put("/startupz", new Page.Verdict(() -> verdict(health.started())));
    if (figures != null) {
      UnaryOperator<String> format = figures.metrics()::format;
      pages.put("/metrics", new Page.Rendered(format, type -> () -> metrics(figures, type)));
      pages.put(
          "/status",
          new Page.Rendered(ManagementServer::statusType, type -> () -> status(figures, type)));
      pages.put("/status.json", new Page.Rendered(_ -> JSON, type -> () -> status(figures, type)));
    }
    String list = String.join("\n", new TreeSet<>(pages.keySet())) + "\n";
    pages.put("/", new Page.Verdict(() -> Answer.text(200, list)));
    try {
      server = HttpServer.create(address, 64);
    } catch (IOException failed) {
      threads.close();
      renderQueue.close();
      throw failed;
    }
    server.setExecutor(threads::spawn);
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Limits the connections of the JDK's server. Call before the first one is created in this
   * process.
   */
  public static void allowConnections(int max) {
    var _ = System.getProperties().putIfAbsent(MAX_CONNECTIONS, String.valueOf(max));
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(listened, server.getAddress().getPort());
  }

  private static Answer verdict(BooleanSupplier health) {
    return health.getAsBoolean() ? Answer.text(200, "ok\n") : Answer.text(503, "not ok\n");
  }

  private static Answer metrics(Figures figures, String type) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(64 << 10);
    figures.metrics().scrape(type, body);
    return new Answer(200, type, body.toByteArray());
  }

  private static String statusType(String accept) {
    return accept.contains(JSON) && !accept.contains("text/html") ? JSON : HTML;
  }

  private static Answer status(Figures figures, String type) {
    Status.Snapshot now = figures.status().snapshot();
    String body = type.equals(JSON) ? StatusJson.write(now) : StatusHtml.write(now);
    return new Answer(200, type, body.getBytes(StandardCharsets.UTF_8))
        .with("Content-Security-Policy", StatusHtml.policy())
        .with("Vary", "Accept");
  }

  private void handle(HttpExchange exchange) {
    if (!NioSockets.includes(listened, exchange.getLocalAddress().getAddress())) {
      exchange.close(); // Java's wildcard socket accepts the other address family as well
      return;
    }
    String path = exchange.getRequestURI().getRawPath();
    String method = exchange.getRequestMethod();
    switch (method.equals("GET") || method.equals("HEAD") ? pages.get(path) : NOT_ALLOWED) {
      case Page.Verdict verdict -> send(exchange, verdict.answer().get());
      case Page.Rendered _
          when !access.grants().test(exchange.getRequestHeaders().getFirst("Authorization")) ->
          send(
              exchange,
              Answer.text(401, "401 Unauthorized\n").with("WWW-Authenticate", access.challenge()));
      case Page.Rendered page -> {
        List<String> accept = exchange.getRequestHeaders().get("Accept");
        String kind = page.kind().apply(accept == null ? "" : String.join(",", accept));
        boolean waits =
            renderQueue.ask(
                path + " " + kind,
                page.maker().apply(kind),
                answer -> threads.spawn(() -> send(exchange, answer)));
        if (!waits) {
          send(exchange, Answer.text(503, "503 Service Unavailable\n"));
        }
      }
      case null -> send(exchange, Answer.text(404, "404 Not Found\n"));
    }
  }

  private static void send(HttpExchange exchange, Answer answer) {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    try (exchange) {
      var fields = exchange.getResponseHeaders();
      fields.set("Content-Type", answer.type);
      fields.set("Cache-Control", "no-store");
      fields.set("X-Content-Type-Options", "nosniff");
      answer.fields.forEach(fields::set);
      if (head) {
        fields.set("Content-Length", String.valueOf(answer.body.length)); // as for GET
      }
      exchange.sendResponseHeaders(answer.status, head ? -1 : answer.body.length);
      if (!head) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(answer.body);
        }
      }
    } catch (IOException gone) {
      // the client has closed the connection
    }
  }

  @Override
  public void close() {
    server.stop(0);
    renderQueue.close();
    threads.close();
  }
}
