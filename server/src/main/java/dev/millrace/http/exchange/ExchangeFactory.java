package dev.millrace.http.exchange;

import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.BadRequestException;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.ParameterLimitException;
import io.undertow.util.Protocols;
import io.undertow.util.URLUtils;
import java.nio.charset.StandardCharsets;

/** Makes the exchanges of one loop and hands them to the root handler. Loop thread only. */
public final class ExchangeFactory {
  /** More than fit into a target: parameters are bounded by its length. */
  private static final int MAX_PARAMETERS = 1 << 20;

  private static final String UTF_8 = StandardCharsets.UTF_8.name();

  private final HttpHandler root;

  public ExchangeFactory(HttpHandler root) {
    this.root = root;
  }

  /** The handler that gets every exchange. */
  public HttpHandler root() {
    return root;
  }

  /**
   * An exchange for a request; it is persistent if the request is, and has its whole request if
   * that has no body.
   */
  public HttpServerExchange make(ServerConnection connection, RequestHead head) {
    HeaderMap fields = new HeaderMap();
    head.addFields(fields);
    HttpServerExchange exchange = exchange(connection, fields, head.method(), head.protocol());
    target(exchange, head.path(), head.query());
    exchange.setPersistent(head.isPersistent());
    if (!head.hasBody()) {
      Connectors.terminateRequest(exchange);
    }
    return exchange;
  }

  /** An exchange that answers a refused request and ends its connection. */
  public HttpServerExchange refused(ServerConnection connection, HttpString method) {
    HttpServerExchange exchange = exchange(connection, new HeaderMap(), method, Protocols.HTTP_1_1);
    target(exchange, "/", "");
    exchange.setPersistent(false);
    Connectors.terminateRequest(exchange);
    return exchange;
  }

  private static HttpServerExchange exchange(
      ServerConnection connection, HeaderMap fields, HttpString method, HttpString protocol) {
    HttpServerExchange exchange =
        new HttpServerExchange(connection, fields, new HeaderMap(), -1); // no bound on bodies
    exchange.setRequestMethod(method);
    exchange.setProtocol(protocol);
    exchange.setRequestScheme("http");
    Connectors.setRequestStartTime(exchange);
    return exchange;
  }

  private static void target(HttpServerExchange exchange, String path, String query) {
    if (path.indexOf(';') >= 0) {
      withParameters(exchange, path);
    } else {
      exchange.setRequestURI(path);
      exchange.setRequestPath(path);
      exchange.setRelativePath(path);
    }
    if (!query.isEmpty()) {
      exchange.setQueryString(query.startsWith("?") ? "?" + query : query); // one is taken off
      try {
        URLUtils.parseQueryString(query, exchange, UTF_8, false, MAX_PARAMETERS);
      } catch (ParameterLimitException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  /** Undertow keeps path parameters apart from the path. */
  private static void withParameters(HttpServerExchange exchange, String path) {
    try {
      Connectors.setExchangeRequestPath(
          exchange, path, UTF_8, false, false, false, new StringBuilder(), MAX_PARAMETERS);
    } catch (ParameterLimitException | BadRequestException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Runs the root handler; what it throws is answered 500. */
  public void run(HttpServerExchange exchange) {
    Connectors.executeRootHandler(root, exchange);
  }
}
