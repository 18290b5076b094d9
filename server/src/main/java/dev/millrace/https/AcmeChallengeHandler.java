package dev.millrace.https;

import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Responds to the HTTP-01 challenges of an ACME authority (RFC 8555 §8.3). Requests with unknown
 * tokens are passed on, so that files can be served there too. Loop thread only.
 */
public final class AcmeChallengeHandler implements HttpHandler {
  private static final String PREFIX = "/.well-known/acme-challenge/";

  /** Finds the response to a challenge of another replica; may block. */
  @FunctionalInterface
  public interface SharedResponses {
    /** The response for a token, or null if the token is unknown. */
    @Nullable String find(String token) throws IOException;
  }

  private final HttpHandler next;
  private final Function<String, @Nullable String> own;
  private final @Nullable SharedResponses shared;
  private final LoopExecutors executors;
  private final ExchangeFailures failures;

  /**
   * @param own returns this server's response for a token at once, or null
   * @param shared called on a worker thread for tokens that are not this server's; null for none,
   *     else such tokens are not passed on
   */
  public AcmeChallengeHandler(
      HttpHandler next,
      Function<String, @Nullable String> own,
      @Nullable SharedResponses shared,
      LoopExecutors executors,
      ExchangeFailures failures) {
    this.next = next;
    this.own = own;
    this.shared = shared;
    this.executors = executors;
    this.failures = failures;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    String path = exchange.getRequestURI();
    if (!path.startsWith(PREFIX) || !exchange.getRequestMethod().equals(Methods.GET)) {
      next.handleRequest(exchange);
      return;
    }
    String token = path.substring(PREFIX.length());
    String response = own.apply(token);
    SharedResponses others = shared;
    if (response != null) {
      send(exchange, response);
    } else if (others != null) {
      exchange.dispatch(SameThreadExecutor.INSTANCE, () -> find(exchange, others, token));
    } else {
      next.handleRequest(exchange);
    }
  }

  private void find(HttpServerExchange exchange, SharedResponses others, String token) {
    executors.<@Nullable String>call(
        () -> others.find(token),
        found -> {
          if (found == null) {
            ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
          } else {
            send(exchange, found);
          }
        },
        failure -> failures.failed(exchange, failure));
  }

  private static void send(HttpServerExchange exchange, String response) {
    byte[] body = response.getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/octet-stream");
    exchange.setResponseContentLength(body.length);
    exchange.getResponseSender().send(ByteBuffer.wrap(body));
  }
}
