package dev.millrace.http.exchange;

import dev.millrace.http.parser.RejectReason;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/**
 * Responds to a request that the engine has rejected with the status of its reason, and ends the
 * connection. Passes other requests on.
 */
public final class RejectionHandler implements HttpHandler {
  /** The value of Allow: the methods that handlers accept. */
  public static final String ALLOW = "GET, HEAD, OPTIONS";

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

  /** Sends the response and ends the connection. */
  static void refuse(HttpServerExchange exchange, RejectReason why) {
    exchange.setPersistent(false);
    if (why == RejectReason.METHOD_NOT_ALLOWED) {
      exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
    }
    ErrorResponder.send(exchange, why.status());
  }
}
