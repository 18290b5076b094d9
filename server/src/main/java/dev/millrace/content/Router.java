package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.RejectionHandler;
import dev.millrace.http.exchange.RequestTarget;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the mount of a request: the one with the longest matching prefix among those with the most
 * specific matching host. Responds to requests that need no file itself. Loop thread only.
 */
public final class Router implements HttpHandler {
  private static final HttpString CONTENT_TYPE_OPTIONS = new HttpString("X-Content-Type-Options");

  private final List<MountHandler> mounts;

  /**
   * @param mounts one handler for each mount, in any order
   */
  public Router(List<MountHandler> mounts) {
    this.mounts =
        mounts.stream()
            .sorted(
                Comparator.comparingInt((MountHandler handler) ->
                    -handler.context().mount().prefix().segments().size()))
            .toList();
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    HttpString method = exchange.getRequestMethod();
    exchange.getResponseHeaders().put(CONTENT_TYPE_OPTIONS, "nosniff");
    if (method.equals(Methods.OPTIONS)) {
      options(exchange);
    } else if (!method.equals(Methods.GET) && !method.equals(Methods.HEAD)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, RejectionHandler.ALLOW);
      ErrorResponder.send(exchange, StatusCodes.METHOD_NOT_ALLOWED);
    } else {
      // Undertow ends an exchange whose handler returns, unless it was dispatched.
      exchange.dispatch(SameThreadExecutor.INSTANCE, () -> route(exchange));
    }
  }

  private void options(HttpServerExchange exchange) {
    String target = RequestTarget.path(exchange);
    if (!target.equals("*") && RequestPath.parse(target) instanceof ParsedPath names) {
      MountHandler handler = find(exchange, names);
      if (handler != null) {
        handler.context().applyCors(exchange, names.decoded());
      }
    }
    exchange.getResponseHeaders().put(Headers.ALLOW, RejectionHandler.ALLOW);
    BodilessResponse.send(exchange, StatusCodes.NO_CONTENT);
  }

  private void route(HttpServerExchange exchange) {
    switch (RequestPath.parse(RequestTarget.path(exchange))) {
      case RequestPath.Malformed _ -> ErrorResponder.send(exchange, StatusCodes.BAD_REQUEST);
      case RequestPath.Impossible _ -> ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
      case ParsedPath names -> {
        MountHandler handler = find(exchange, names);
        if (handler == null) {
          ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
        } else {
          handler.serve(exchange, names);
        }
      }
    }
  }

  private @Nullable MountHandler find(HttpServerExchange exchange, ParsedPath names) {
    String host = Mount.canonicalHost(RequestTarget.host(exchange));
    MountHandler best = null;
    int bestScore = 0;
    for (MountHandler handler : mounts) {
      int score = handler.context().mount().hostMatchScore(host);
      if (score > bestScore) {
        bestScore = score;
        best = null;
      }
      if (score == bestScore
          && score > 0
          && best == null
          && names.startsWith(handler.context().mount().prefix())) {
        best = handler;
      }
    }
    return best;
  }
}
