package dev.millrace.accesslog;

import dev.millrace.auth.Authentication;
import dev.millrace.cache.CachedResponse;
import dev.millrace.http.exchange.Refusal;
import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.ParsedHeaders;
import dev.millrace.net.AddressText;
import dev.millrace.transport.SecureConnection;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/**
 * Logs every completed request. The loop thread collects entries and passes them to the writer in
 * batches, so that a request does not wake another thread. If the writer cannot keep up, entries
 * are dropped and counted; the loop never waits.
 */
public final class AccessLog implements HttpHandler {
  /**
   * A completed request. Absent fields are null. For a rejected head only its request line is
   * known; if that is malformed, it becomes the target.
   *
   * @param epochMillis time of completion
   * @param remote the client's address
   * @param user the authenticated user
   * @param target as received
   * @param bytes number of body bytes sent
   * @param durationNanos from the head's last byte to the response's last byte
   * @param trace the W3C traceparent field, if it is valid
   * @param clientSubject the subject of the client's certificate
   * @param stored the digests of a file that the request has stored, as in Repr-Digest
   */
  public record Entry(
      long epochMillis,
      String remote,
      @Nullable String user,
      @Nullable String method,
      @Nullable String target,
      @Nullable String protocol,
      int status,
      long bytes,
      long durationNanos,
      @Nullable String host,
      @Nullable String referer,
      @Nullable String agent,
      @Nullable String trace,
      @Nullable String clientSubject,
      @Nullable String stored) {
    /** A copy with the values that are known at the end of the request. */
    Entry ended(long atMillis, long sentBytes, long tookNanos) {
      return new Entry(
          atMillis,
          remote,
          user,
          method,
          target,
          protocol,
          status,
          sentBytes,
          tookNanos,
          host,
          referer,
          agent,
          trace,
          clientSubject,
          stored);
    }
  }

  /** Accepts batches; must not block. */
  @FunctionalInterface
  public interface Writer {
    void write(List<Entry> batch);
  }

  private static final HttpString REPR_DIGEST = new HttpString("Repr-Digest");
  private static final int BATCH_ENTRIES = 256;
  private static final int BATCH_MILLIS = 100;
  private static final HttpString TRACEPARENT = new HttpString("traceparent");

  /** Version, trace, parent, flags; version ff and identifiers of zeros are invalid. */
  private static final Pattern TRACE =
      Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  private final HttpHandler next;
  private final Writer writer;
  private final ExchangeCompletionListener completed = this::completed;
  private List<Entry> batch = new ArrayList<>(BATCH_ENTRIES);
  private boolean scheduled;
  private @Nullable XnioIoThread thread;

  public AccessLog(HttpHandler next, Writer writer) {
    this.next = next;
    this.writer = writer;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    exchange.addExchangeCompleteListener(completed);
    next.handleRequest(exchange);
  }

  private void completed(
      HttpServerExchange exchange, ExchangeCompletionListener.NextListener nextListener) {
    try {
      thread = exchange.getIoThread();
      add(entry(exchange));
    } finally {
      nextListener.proceed();
    }
  }

  private void add(Entry entry) {
    batch.add(entry);
    if (batch.size() >= BATCH_ENTRIES) {
      hand();
    } else if (!scheduled && thread != null) {
      scheduled = true;
      var _ = thread.executeAfter(this::handScheduled, BATCH_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Logs a request with a cached response. An exchange has preceded it and set {@code thread}. */
  public void note(Entry entry, long bytes, long durationNanos) {
    add(entry.ended(System.currentTimeMillis(), bytes, durationNanos));
  }

  /** The entry of a request with a cached response that is being sent. */
  public static Entry entry(
      CachedResponse response,
      HeadParser head,
      byte[] bytes,
      int base,
      StreamConnection connection) {
    SocketAddress peer = connection.getPeerAddress();
    int from = base + head.targetStart();
    int to = base + head.targetEnd();
    ParsedHeaders fields = head.fields();
    return new Entry(
        0,
        peer instanceof InetSocketAddress internet ? address(internet) : "-",
        null,
        head.method().name(),
        new String(bytes, from, to - from, StandardCharsets.ISO_8859_1),
        response.isHttp2() ? "HTTP/2.0" : "HTTP/1.1",
        response.status(),
        0,
        0,
        fields.value("host", bytes, base),
        fields.value("referer", bytes, base),
        fields.value("user-agent", bytes, base),
        trace(fields.value("traceparent", bytes, base)),
        connection instanceof SecureConnection secure ? secure.clientSubject() : null,
        null);
  }

  private void handScheduled() {
    scheduled = false;
    hand();
  }

  /** Passes the collected entries to the writer. Loop thread. */
  public void hand() {
    if (!batch.isEmpty()) {
      List<Entry> full = batch;
      batch = new ArrayList<>(BATCH_ENTRIES);
      writer.write(full);
    }
  }

  /** The entry of a rejected request. Its exchange has no fields, so the line is parsed. */
  private static Entry refused(HttpServerExchange exchange, String line) {
    int first = line.indexOf(' ');
    int last = line.lastIndexOf(' ');
    boolean three = first > 0 && last > first + 1 && line.startsWith("HTTP/", last + 1);
    return new Entry(
        System.currentTimeMillis(),
        address(exchange.getSourceAddress()),
        null,
        three ? line.substring(0, first) : null,
        three ? line.substring(first + 1, last) : line.isEmpty() ? null : line,
        three ? line.substring(last + 1) : null,
        exchange.getStatusCode(),
        exchange.getResponseBytesSent(),
        System.nanoTime() - exchange.getRequestStartTime(),
        null,
        null,
        null,
        null,
        exchange.getConnection() instanceof RequestOrigin origin ? origin.clientSubject() : null,
        null);
  }

  private static Entry entry(HttpServerExchange exchange) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    Refusal refusal = origin == null ? null : origin.refusal();
    if (refusal != null) {
      return refused(exchange, refusal.line());
    }
    HeaderMap headers = exchange.getRequestHeaders();
    String query = exchange.getQueryString();
    String path = exchange.getRequestURI();
    return new Entry(
        System.currentTimeMillis(),
        address(exchange.getSourceAddress()),
        exchange.getAttachment(Authentication.USER),
        exchange.getRequestMethod().toString(),
        query.isEmpty() ? path : path + "?" + query,
        exchange.getProtocol().toString(),
        exchange.getStatusCode(),
        exchange.getResponseBytesSent(),
        System.nanoTime() - exchange.getRequestStartTime(),
        headers.getFirst(Headers.HOST),
        headers.getFirst(Headers.REFERER),
        headers.getFirst(Headers.USER_AGENT),
        trace(headers.getFirst(TRACEPARENT)),
        origin == null ? null : origin.clientSubject(),
        stored(exchange));
  }

  /** The digest of a file that the request has stored, as in Repr-Digest, or null. */
  private static @Nullable String stored(HttpServerExchange exchange) {
    HttpString method = exchange.getRequestMethod();
    return method.equals(Methods.PUT) || method.equals(Methods.PATCH) || method.equals(Methods.POST)
        ? exchange.getResponseHeaders().getFirst(REPR_DIGEST)
        : null;
  }

  private static String address(@Nullable InetSocketAddress source) {
    InetAddress address = source == null ? null : source.getAddress();
    return address == null ? "-" : AddressText.of(address);
  }

  /** The field if it conforms to W3C Trace Context §3.2.2, else null. */
  private static @Nullable String trace(@Nullable String field) {
    return field != null && TRACE.matcher(field).matches() ? field : null;
  }
}
