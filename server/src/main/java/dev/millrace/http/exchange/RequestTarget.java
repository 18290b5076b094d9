package dev.millrace.http.exchange;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/** The path and the host of a request, as received. Any thread. */
public final class RequestTarget {
  private RequestTarget() {}

  /** The path without the query; of a target in absolute form the part after the authority. */
  public static String path(HttpServerExchange exchange) {
    String uri = exchange.getRequestURI();
    if (!exchange.isHostIncludedInRequestURI()) {
      return uri;
    }
    int authority = uri.indexOf("//");
    int path = authority < 0 ? -1 : uri.indexOf('/', authority + 2);
    return path < 0 ? "/" : uri.substring(path);
  }

  /** The name or address in the Host field, without the port; empty if there is no such field. */
  public static String host(HttpServerExchange exchange) {
    String field = exchange.getRequestHeaders().getFirst(Headers.HOST);
    if (field == null) {
      return "";
    }
    int colon = field.lastIndexOf(':');
    boolean port = colon > 0 && field.indexOf(']', colon) < 0;
    return port ? field.substring(0, colon) : field;
  }
}
