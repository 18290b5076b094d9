package dev.millrace.limits;

import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.RequestGate.Verdict;
import dev.millrace.http.exchange.RequestOrigin;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/**
 * Responds to refused requests: 403, or 429 with Retry-After (RFC 6585 §4). Decides on the requests
 * whose client a trusted proxy names, so it follows the handler that reads the proxy's fields. Loop
 * thread only.
 */
public final class LimitHandler implements HttpHandler {
  private final HttpHandler next;
  private final RequestLimits limits;

  public LimitHandler(HttpHandler next, RequestLimits limits) {
    this.next = next;
    this.limits = limits;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    RequestOrigin origin = RequestOrigin.of(exchange);
    Verdict verdict = origin == null ? Verdict.LATER : origin.verdict();
    if (!verdict.isFinal()) {
      verdict = limits.check(exchange);
    }
    if (verdict.status() == 0) {
      next.handleRequest(exchange);
      return;
    }
    if (verdict.retryAfterSeconds() > 0) {
      exchange
          .getResponseHeaders()
          .put(Headers.RETRY_AFTER, Long.toString(verdict.retryAfterSeconds()));
    }
    ErrorResponder.send(exchange, verdict.status());
  }
}
