package dev.millrace.auth;

import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.DroppableTask;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lets another service decide, as oauth2-proxy, Authelia and Authentik do for nginx, Traefik and
 * Caddy: it gets a GET request with the client's cookies and what was requested. Its status 2xx
 * allows the request; the client gets its redirect to a login, or its 401 or 403. Every other
 * status, and a service that does not respond, gives 503. Loop thread only.
 */
final class ForwardAuth implements AuthCheck {
  private static final Logger LOG = Logger.getLogger("dev.millrace.auth");
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_BODY_BYTES = 64 << 10;
  private static final int MAX_IN_FLIGHT = 512;
  private static final long LOG_PERIOD_NANOS = Duration.ofSeconds(10).toNanos();

  /** Fields of the request that the service may need to know the user. */
  private static final List<HttpString> PASSED =
      List.of(
          Headers.COOKIE,
          Headers.AUTHORIZATION,
          Headers.ACCEPT,
          Headers.ACCEPT_LANGUAGE,
          Headers.USER_AGENT,
          new HttpString("X-Requested-With"));

  /** Fields of the service's response that the client gets. */
  private static final List<HttpString> RETURNED =
      List.of(
          Headers.LOCATION,
          Headers.SET_COOKIE,
          Headers.WWW_AUTHENTICATE,
          Headers.CONTENT_TYPE,
          Headers.CACHE_CONTROL);

  /** Started by the first request, for all rules. */
  private static final class Client {
    static final HttpClient SHARED =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  private final URI service;
  private final HttpString user;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_PERIOD_NANOS);

  /**
   * @param user field of the service's response with the name of the user, for the access log
   */
  ForwardAuth(URI service, String user) {
    this.service = service;
    this.user = new HttpString(user);
  }

  @Override
  public void check(
      HttpServerExchange exchange,
      LoopExecutors executors,
      ExchangeFailures failures,
      Runnable proceed) {
    HttpRequest request = request(exchange);
    if (inFlight.incrementAndGet() > MAX_IN_FLIGHT) {
      inFlight.decrementAndGet();
      unavailable(exchange, "too many requests wait for " + service);
      return;
    }
    // The first use of the client loads the trusted authorities, which would block the loop.
    executors.<HttpClient>call(
        () -> Client.SHARED,
        client -> send(client, request, exchange, executors, failures, proceed),
        failure -> {
          inFlight.decrementAndGet();
          failures.failed(exchange, failure);
        });
  }

  private void send(
      HttpClient client,
      HttpRequest request,
      HttpServerExchange exchange,
      LoopExecutors executors,
      ExchangeFailures failures,
      Runnable proceed) {
    var _ =
        client
            .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BODY_BYTES))
            .whenComplete((response, failure) -> {
              inFlight.decrementAndGet();
              DroppableTask.post(
                  executors.loop(),
                  () -> failures.run(exchange, () -> decide(exchange, response, failure, proceed)),
                  () -> {});
            });
  }

  private HttpRequest request(HttpServerExchange exchange) {
    HttpRequest.Builder request = HttpRequest.newBuilder(service).timeout(TIMEOUT).GET();
    HeaderMap headers = exchange.getRequestHeaders();
    for (HttpString name : PASSED) {
      if (headers.contains(name)) {
        headers.get(name).forEach(value -> request.header(name.toString(), value));
      }
    }
    String query = exchange.getQueryString();
    String uri = exchange.getRequestURI();
    request.header("X-Forwarded-Method", exchange.getRequestMethod().toString());
    request.header("X-Forwarded-Proto", exchange.getRequestScheme());
    if (headers.contains(Headers.HOST)) {
      request.header("X-Forwarded-Host", headers.getFirst(Headers.HOST));
    }
    request.header("X-Forwarded-Uri", query.isEmpty() ? uri : uri + "?" + query);
    InetSocketAddress source = exchange.getSourceAddress();
    if (source != null && source.getAddress() != null) {
      request.header("X-Forwarded-For", source.getAddress().getHostAddress());
    }
    return request.build();
  }

  private void decide(
      HttpServerExchange exchange,
      @Nullable HttpResponse<byte[]> response,
      @Nullable Throwable failure,
      Runnable proceed) {
    if (exchange.isComplete()) {
      return;
    }
    if (response == null || failure != null) {
      unavailable(exchange, service + " does not respond: " + failure);
      return;
    }
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      exchange.putAttachment(
          Authentication.USER, response.headers().firstValue(user.toString()).orElse(""));
      proceed.run();
    } else if (status == StatusCodes.UNAUTHORIZED
        || status == StatusCodes.FORBIDDEN
        || (status >= 301 && status <= 308 && status != StatusCodes.NOT_MODIFIED)) {
      pass(exchange, response);
    } else {
      unavailable(exchange, service + " responds with " + status);
    }
  }

  /** Sends the service's response. */
  private static void pass(HttpServerExchange exchange, HttpResponse<byte[]> response) {
    exchange.setStatusCode(response.statusCode());
    HeaderMap headers = exchange.getResponseHeaders();
    for (HttpString name : RETURNED) {
      response.headers().allValues(name.toString()).forEach(value -> headers.add(name, value));
    }
    if (!headers.contains(Headers.CACHE_CONTROL)) {
      headers.put(Headers.CACHE_CONTROL, "no-store");
    }
    byte[] body = response.body();
    exchange.setResponseContentLength(body.length);
    if (body.length == 0 || exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.endExchange();
    } else {
      exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }
  }

  private void unavailable(HttpServerExchange exchange, String why) {
    long now = System.nanoTime();
    long last = loggedNanos.get();
    if (now - last >= LOG_PERIOD_NANOS && loggedNanos.compareAndSet(last, now)) {
      LOG.log(Level.WARNING, "requests get 503: {0}", why);
    }
    exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
    ErrorResponder.send(exchange, StatusCodes.SERVICE_UNAVAILABLE);
  }
}
