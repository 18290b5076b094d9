package dev.millrace.http.exchange;

import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.BadRequestException;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.ParameterLimitException;
import io.undertow.util.URLUtils;
import java.nio.charset.StandardCharsets;

/** Creates the exchanges of one loop and passes them to the root handler. Loop thread only. */
public final class ExchangeFactory {
  /** Exceeds the number of parameters that fit into a target, whose length is bounded. */
  private static final int MAX_PARAMETERS = 1 << 20;

  private static final String UTF_8 = StandardCharsets.UTF_8.name();

  private final HttpHandler root;

  public ExchangeFactory(HttpHandler root) {
    this.root = root;
  }

  public HttpHandler root() {
    return root;
  }

  /**
   * Creates the exchange of a request. It is persistent if the request is; its request is
   * terminated already if there is no body.
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

  /**
   * Creates the exchange that responds to a refused request and ends its connection or stream.
   *
   * @param protocol a constant of {@link io.undertow.util.Protocols}
   */
  public HttpServerExchange refused(
      ServerConnection connection, HttpString method, HttpString protocol) {
    HttpServerExchange exchange = exchange(connection, new HeaderMap(), method, protocol);
    target(exchange, "/", "");
    exchange.setPersistent(false);
    Connectors.terminateRequest(exchange);
    return exchange;
  }

  private static HttpServerExchange exchange(
      ServerConnection connection, HeaderMap fields, HttpString method, HttpString protocol) {
    HttpServerExchange exchange =
        new HttpServerExchange(connection, fields, new HeaderMap(), -1); // handlers bound the body
    exchange.setRequestMethod(method);
    exchange.setProtocol(protocol);
    boolean secure = connection instanceof RequestOrigin origin && origin.isSecure();
    exchange.setRequestScheme(secure ? "https" : "http");
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
      exchange.setQueryString(query.startsWith("?") ? "?" + query : query); // Undertow strips one
      try {
        URLUtils.parseQueryString(query, exchange, UTF_8, false, MAX_PARAMETERS);
      } catch (ParameterLimitException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  /** Undertow keeps path parameters separate from the path. */
  private static void withParameters(HttpServerExchange exchange, String path) {
    try {
      Connectors.setExchangeRequestPath(
          exchange, path, UTF_8, false, false, false, new StringBuilder(), MAX_PARAMETERS);
    } catch (ParameterLimitException | BadRequestException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Runs the root handler; responds with 500 if it throws. */
  public void run(HttpServerExchange exchange) {
    Connectors.executeRootHandler(root, exchange);
  }
}
