package dev.millrace.http.exchange;

import dev.millrace.http.parser.RejectReason;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/**
 * Answers a request that the engine has refused with its status, and ends the connection. Others go
 * on.
 */
public final class RejectionHandler implements HttpHandler {
  private static final String ALLOW = "GET, HEAD, OPTIONS";

  private final HttpHandler next;

  public RejectionHandler(HttpHandler next) {
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    RequestOrigin origin = RequestOrigin.of(exchange);
    Refusal refusal = origin == null ? null : origin.refusal();
    if (refusal == null) {
      next.handleRequest(exchange);
    } else {
      refuse(exchange, refusal.reason());
    }
  }

  /** Answers and ends the connection. */
  static void refuse(HttpServerExchange exchange, RejectReason why) {
    exchange.setPersistent(false);
    if (why == RejectReason.METHOD_NOT_ALLOWED) {
      exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
    }
    ErrorResponder.send(exchange, why.status());
  }
}
