package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.PartialFile;
import dev.millrace.files.RequestPath;
import dev.millrace.http.exchange.BodyUse;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.RejectionHandler;
import dev.millrace.http.exchange.RequestTarget;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the mount of a request: the one with the longest matching prefix among those with the most
 * specific matching host. Responds to requests that need no file itself. Loop thread only.
 */
public final class Router implements HttpHandler {
  private static final String FORM = "multipart/form-data";
  private static final HttpString TUS_RESUMABLE = new HttpString("Tus-Resumable");
  private static final HttpString DAV = new HttpString("DAV");
  private static final HttpString AUTHOR_VIA = new HttpString("MS-Author-Via");

  /** The methods of WebDAV (RFC 4918) that HTTP itself does not have. */
  private static final Set<HttpString> WEBDAV =
      Set.of(
          Methods.PROPFIND,
          Methods.PROPPATCH,
          Methods.MKCOL,
          Methods.COPY,
          Methods.MOVE,
          Methods.LOCK,
          Methods.UNLOCK);

  private static final HttpString CONTENT_TYPE_OPTIONS = new HttpString("X-Content-Type-Options");

  /**
   * The handlers of one mount.
   *
   * @param reads responds to GET and HEAD
   * @param writes responds to PUT and DELETE where a rule of the mount lets requests write
   * @param webdav responds to the other methods of WebDAV, where the mount's policy allows it
   */
  public record Handlers(MountHandler reads, MountHandler writes, MountHandler webdav) {
    MountContext context() {
      return reads.context();
    }
  }

  private final List<Handlers> mounts;

  /**
   * @param mounts the handlers of each mount, in any order
   */
  public Router(List<Handlers> mounts) {
    this.mounts =
        mounts.stream()
            .sorted(
                Comparator.comparingInt(
                    (Handlers handlers) -> -handlers.context().mount().prefix().segments().size()))
            .toList();
  }

  /** What this handler does with the body of a request. */
  public BodyUse bodyUse(HttpServerExchange exchange) {
    HttpString method = exchange.getRequestMethod();
    boolean uploads =
        method.equals(Methods.PUT) || method.equals(Methods.POST) || method.equals(Methods.PATCH);
    if (uploads && mayWrite(method, exchange)) {
      return BodyUse.LEAVE;
    }
    return WEBDAV.contains(method) && mayWrite(method, exchange)
        ? BodyUse.COLLECT
        : BodyUse.DISCARD;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    HttpString method = exchange.getRequestMethod();
    exchange.getResponseHeaders().put(CONTENT_TYPE_OPTIONS, "nosniff");
    if (method.equals(Methods.OPTIONS)) {
      options(exchange);
    } else if (!method.equals(Methods.GET)
        && !method.equals(Methods.HEAD)
        && !mayWrite(method, exchange)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, allow(exchange));
      ErrorResponder.send(exchange, StatusCodes.METHOD_NOT_ALLOWED);
    } else {
      // Undertow ends an exchange whose handler returns, unless it was dispatched.
      exchange.dispatch(SameThreadExecutor.INSTANCE, () -> route(exchange));
    }
  }

  private void options(HttpServerExchange exchange) {
    String target = RequestTarget.path(exchange);
    if (!target.equals("*") && RequestPath.parse(target) instanceof ParsedPath names) {
      Handlers handlers = find(exchange, names);
      if (handlers != null) {
        handlers.context().applyCors(exchange, names.decoded());
      }
    }
    String allow = allow(exchange);
    Handlers writes = find(exchange);
    if (writes != null && allow.contains("PUT")) {
      writes.writes().describe(exchange.getResponseHeaders());
    }
    if (allowsWebdav(exchange)) {
      exchange.getResponseHeaders().put(DAV, "1, 2");
      exchange.getResponseHeaders().put(AUTHOR_VIA, "DAV"); // Microsoft's clients require it
    }
    exchange.getResponseHeaders().put(Headers.ALLOW, allow);
    if (exchange.getResponseHeaders().contains(CorsRule.ALLOW_METHODS)) {
      exchange.getResponseHeaders().put(CorsRule.ALLOW_METHODS, allow);
    }
    BodilessResponse.send(exchange, StatusCodes.NO_CONTENT);
  }

  private void route(HttpServerExchange exchange) {
    switch (RequestPath.parse(RequestTarget.path(exchange))) {
      case RequestPath.Malformed _ -> ErrorResponder.send(exchange, StatusCodes.BAD_REQUEST);
      case RequestPath.Impossible _ -> ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
      case ParsedPath names -> {
        Handlers handlers = find(exchange, names);
        if (handlers == null) {
          ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
        } else if (!exchange.getRequestMethod().equals(Methods.GET) && isWrite(exchange, names)) {
          handlers.writes().serve(exchange, names);
        } else if (WEBDAV.contains(exchange.getRequestMethod())) {
          handlers.webdav().serve(exchange, names);
        } else {
          handlers.reads().serve(exchange, names);
        }
      }
    }
  }

  /** Whether a request with a write rule is one of those that change files by HTTP itself. */
  private boolean isWrite(HttpServerExchange exchange, ParsedPath names) {
    HttpString method = exchange.getRequestMethod();
    if (PartialFile.isPath(names)) {
      return (method.equals(Methods.HEAD)
              || method.equals(Methods.PATCH)
              || method.equals(Methods.DELETE))
          && writeRule(exchange, names) != null;
    }
    return method.equals(Methods.PUT)
        || method.equals(Methods.DELETE)
        || (method.equals(Methods.POST) && isUpload(exchange.getRequestHeaders()));
  }

  /** Whether a POST is one of tus, or that of a form with files. */
  private static boolean isUpload(HeaderMap headers) {
    String type = headers.getFirst(Headers.CONTENT_TYPE);
    return headers.contains(TUS_RESUMABLE)
        || (type != null && type.regionMatches(true, 0, FORM, 0, FORM.length()));
  }

  private boolean mayWrite(HttpString method, HttpServerExchange exchange) {
    if (RequestPath.parse(RequestTarget.path(exchange)) instanceof ParsedPath names
        && isWrite(exchange, names)) {
      return writeRule(exchange, names) != null;
    }
    if (!WEBDAV.contains(method) || !allowsWebdav(exchange)) {
      return false;
    }
    boolean reads = method.equals(Methods.PROPFIND) || method.equals(Methods.COPY);
    return reads || writeRule(exchange) != null;
  }

  private boolean allowsWebdav(HttpServerExchange exchange) {
    Handlers handlers = find(exchange);
    return handlers != null && handlers.context().policy().webdav();
  }

  private @Nullable WriteRule writeRule(HttpServerExchange exchange) {
    return RequestPath.parse(RequestTarget.path(exchange)) instanceof ParsedPath names
        ? writeRule(exchange, names)
        : null;
  }

  private @Nullable WriteRule writeRule(HttpServerExchange exchange, ParsedPath names) {
    Handlers handlers = find(exchange, names);
    return handlers == null
        ? null
        : WriteRule.find(handlers.context().policy().writeRules(), names);
  }

  private @Nullable Handlers find(HttpServerExchange exchange) {
    return RequestPath.parse(RequestTarget.path(exchange)) instanceof ParsedPath names
        ? find(exchange, names)
        : null;
  }

  /** The value of Allow for the path of a request. */
  private String allow(HttpServerExchange exchange) {
    WriteRule rule = writeRule(exchange);
    if (rule != null
        && RequestPath.parse(RequestTarget.path(exchange)) instanceof ParsedPath names
        && PartialFile.isPath(names)) {
      return "HEAD, OPTIONS, PATCH, DELETE";
    }
    boolean webdav = allowsWebdav(exchange);
    Set<WriteRule.Action> allowed = rule == null ? Set.of() : rule.allowed();
    boolean puts = rule != null && rule.allowsPut();
    boolean deletes = allowed.contains(WriteRule.Action.DELETE);
    return RejectionHandler.ALLOW
        + (puts ? ", PUT" : "")
        + (deletes ? ", DELETE" : "")
        + (webdav ? ", PROPFIND, COPY" : "")
        + (webdav && allowed.contains(WriteRule.Action.CREATE) ? ", MKCOL" : "")
        + (webdav && deletes ? ", MOVE" : "")
        + (webdav && allowed.contains(WriteRule.Action.REPLACE) ? ", PROPPATCH" : "")
        + (webdav && puts ? ", LOCK, UNLOCK" : "");
  }

  private @Nullable Handlers find(HttpServerExchange exchange, ParsedPath names) {
    String host = Mount.canonicalHost(RequestTarget.host(exchange));
    Handlers best = null;
    int bestScore = 0;
    for (Handlers handler : mounts) {
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
