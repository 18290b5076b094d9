package dev.millrace.http;

import dev.millrace.digest.DigestService;
import dev.millrace.file.FileFacts;
import dev.millrace.file.OpenFailure;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.RequestPath;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * Serves the files beneath a root: GET, HEAD, OPTIONS.
 *
 * <p>A directory is its {@code index.html}; without its final slash it is redirected to. Names that
 * begin with a dot are not found, {@code /.well-known/} excepted. {@code Want-Repr-Digest} with
 * sha-256 is answered with {@code Repr-Digest} (RFC 9530). Event thread only.
 */
public final class FileHandler implements HttpHandler {
  private static final String INDEX = "index.html";
  private static final HttpString WANT_REPR_DIGEST = new HttpString("Want-Repr-Digest");
  private static final HttpString REPR_DIGEST = new HttpString("Repr-Digest");
  private static final HttpString CONTENT_TYPE_OPTIONS = new HttpString("X-Content-Type-Options");
  private static final String ALLOW = "GET, HEAD, OPTIONS";

  private final FileAccess access;
  private final ReadBuffers buffers;
  private final DigestService digests;

  public FileHandler(FileAccess access, ReadBuffers buffers, DigestService digests) {
    this.access = access;
    this.buffers = buffers;
    this.digests = digests;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    HttpString method = exchange.getRequestMethod();
    if (method.equals(Methods.OPTIONS)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
      exchange.setStatusCode(StatusCodes.NO_CONTENT).endExchange();
    } else if (!method.equals(Methods.GET) && !method.equals(Methods.HEAD)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
      ErrorPages.send(exchange, StatusCodes.METHOD_NOT_ALLOWED);
    } else {
      // Undertow ends an exchange whose handler returns, unless it was dispatched.
      exchange.dispatch(SameThreadExecutor.INSTANCE, () -> resolve(exchange));
    }
  }

  private void resolve(HttpServerExchange exchange) {
    switch (RequestPath.parse(targetPath(exchange))) {
      case RequestPath.Malformed _ -> ErrorPages.send(exchange, StatusCodes.BAD_REQUEST);
      case RequestPath.Impossible _ -> ErrorPages.send(exchange, StatusCodes.NOT_FOUND);
      case RequestPath.Names names -> {
        if (names.isHidden()) {
          ErrorPages.send(exchange, StatusCodes.NOT_FOUND);
        } else {
          open(exchange, names);
        }
      }
    }
  }

  /** The request's path as it was sent; of an absolute-form target what follows the authority. */
  private static String targetPath(HttpServerExchange exchange) {
    String uri = exchange.getRequestURI();
    if (!exchange.isHostIncludedInRequestURI()) {
      return uri;
    }
    int authority = uri.indexOf("//");
    int path = authority < 0 ? -1 : uri.indexOf('/', authority + 2);
    return path < 0 ? "/" : uri.substring(path);
  }

  private void open(HttpServerExchange exchange, RequestPath.Names names) {
    boolean directory = names.directory() || names.segments().isEmpty();
    access.open(
        names.relative(directory ? INDEX : ""),
        new FileAccess.OpenCallback() {
          @Override
          public void opened(OpenFile file) {
            try {
              FileHandler.this.opened(exchange, names, file, directory ? INDEX : names.lastName());
            } catch (RuntimeException defect) {
              file.close();
              IoUtils.safeClose(exchange.getConnection());
              throw defect; // the loop reports it
            }
          }

          @Override
          public void failed(OpenFailure why) {
            ErrorPages.send(exchange, status(why));
          }
        });
  }

  private static int status(OpenFailure why) {
    return switch (why) {
      case NOT_FOUND, NOT_A_DIRECTORY, NAME_TOO_LONG -> StatusCodes.NOT_FOUND;
      case FORBIDDEN -> StatusCodes.FORBIDDEN;
      case EXHAUSTED -> StatusCodes.SERVICE_UNAVAILABLE;
      case IO -> StatusCodes.INTERNAL_SERVER_ERROR;
    };
  }

  private void opened(
      HttpServerExchange exchange, RequestPath.Names names, OpenFile file, String name) {
    FileFacts facts = file.facts();
    if (facts.isRegularFile()) {
      if (WantDigest.sha256(joined(exchange.getRequestHeaders().get(WANT_REPR_DIGEST)))) {
        digests.sha256(file, digest -> answer(exchange, file, name, digest));
      } else {
        answer(exchange, file, name, null);
      }
      return;
    }
    file.close();
    if (facts.isDirectory() && !names.directory()) {
      String query = exchange.getQueryString();
      String location = names.encodedDirectory() + (query.isEmpty() ? "" : "?" + query);
      exchange.getResponseHeaders().put(Headers.LOCATION, location);
      ErrorPages.send(exchange, StatusCodes.MOVED_PERMANENTLY);
    } else {
      ErrorPages.send(exchange, StatusCodes.NOT_FOUND);
    }
  }

  private static @Nullable String joined(@Nullable HeaderValues values) {
    return values == null
        ? null
        : values.size() == 1 ? values.getFirst() : String.join(",", values);
  }

  private void answer(
      HttpServerExchange exchange, OpenFile file, String name, byte @Nullable [] sha256) {
    FileFacts facts = file.facts();
    HeaderMap headers = exchange.getResponseHeaders();
    headers.put(Headers.CONTENT_TYPE, MediaTypes.of(name));
    headers.put(Headers.ETAG, Validators.entityTag(facts));
    headers.put(Headers.LAST_MODIFIED, Validators.lastModified(facts));
    headers.put(CONTENT_TYPE_OPTIONS, "nosniff");
    if (sha256 != null) {
      headers.put(REPR_DIGEST, "sha-256=:" + Base64.getEncoder().encodeToString(sha256) + ":");
    }
    exchange.setResponseContentLength(facts.sizeBytes());
    boolean bodiless = exchange.getRequestMethod().equals(Methods.HEAD) || facts.sizeBytes() == 0;
    if (bodiless || !exchange.getConnection().isOpen()) {
      file.close();
      exchange.endExchange();
    } else {
      new BodyTransfer(exchange, access, buffers, file).start();
    }
  }
}
