package dev.millrace.https;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import org.jspecify.annotations.Nullable;

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
      String host = hostName(exchange.getRequestHeaders().getFirst(Headers.HOST));
      if (host != null && target.startsWith("/") && !target.startsWith(WELL_KNOWN)) {
        redirect(exchange, host, target);
        return;
      }
    }
    next.handleRequest(exchange);
  }

  private void redirect(HttpServerExchange exchange, String host, String target) {
    int port = policy.redirectPort();
    String authority = port == HttpsPolicy.HTTPS_PORT ? host : host + ":" + port;
    exchange.setStatusCode(StatusCodes.PERMANENT_REDIRECT);
    exchange.getResponseHeaders().put(Headers.LOCATION, "https://" + authority + target);
    exchange.setResponseContentLength(0);
    exchange.endExchange();
  }

  /** The name or address of a Host field, without the port; null if there is none. */
  private static @Nullable String hostName(@Nullable String field) {
    if (field == null || field.isEmpty()) {
      return null;
    }
    int colon = field.lastIndexOf(':');
    boolean hasPort = colon > 0 && field.indexOf(']', colon) < 0;
    return hasPort ? field.substring(0, colon) : field;
  }

  /** Path and query as received; of a target in absolute form the part after the authority. */
  private static String target(HttpServerExchange exchange) {
    String path = exchange.getRequestURI();
    if (exchange.isHostIncludedInRequestURI()) {
      int slash = path.indexOf('/', path.indexOf("//") + 2);
      path = slash < 0 ? "/" : path.substring(slash);
    }
    String query = exchange.getQueryString();
    return query.isEmpty() ? path : path + "?" + query;
  }
}
