package dev.millrace.https;

import dev.millrace.http.exchange.RequestBodyDiscarder;
import dev.millrace.http.exchange.RequestTarget;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;

/**
 * Redirects plain requests to HTTPS, and adds Strict-Transport-Security to responses over HTTPS
 * (RFC 6797 §7.2 forbids it in others). The scheme is the client's, as trusted proxies name it.
 */
public final class HttpsHandler implements HttpHandler {
  /**
   * Well-known resources (RFC 8615) are served in plain text: authorities read challenges there.
   */
  private static final String WELL_KNOWN = "/.well-known/";

  private final HttpHandler next;
  private final HttpsPolicy policy;

  public HttpsHandler(HttpHandler next, HttpsPolicy policy) {
    this.next = next;
    this.policy = policy;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (exchange.getRequestScheme().equals("https")) {
      if (policy.hsts() != null) {
        exchange.getResponseHeaders().put(Headers.STRICT_TRANSPORT_SECURITY, policy.hsts());
      }
    } else if (policy.redirects()) {
      String target = target(exchange);
      String host = RequestTarget.host(exchange);
      if (!host.isEmpty() && target.startsWith("/") && !target.startsWith(WELL_KNOWN)) {
        redirect(exchange, host, target);
        return;
      }
    }
    next.handleRequest(exchange);
  }

  private void redirect(HttpServerExchange exchange, String host, String target) {
    RequestBodyDiscarder.leaveUnread(exchange);
    int port = policy.redirectPort();
    String authority = port == HttpsPolicy.HTTPS_PORT ? host : host + ":" + port;
    exchange.setStatusCode(StatusCodes.PERMANENT_REDIRECT);
    exchange.getResponseHeaders().put(Headers.LOCATION, "https://" + authority + target);
    exchange.setResponseContentLength(0);
    exchange.endExchange();
  }

  /** Path and query as received. */
  private static String target(HttpServerExchange exchange) {
    String path = RequestTarget.path(exchange);
    String query = exchange.getQueryString();
    return query.isEmpty() ? path : path + "?" + query;
  }
}
