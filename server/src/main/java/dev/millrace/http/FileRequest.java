package dev.millrace.http;

import dev.millrace.digest.Algorithm;
import dev.millrace.file.FileFacts;
import dev.millrace.file.OpenFailure;
import dev.millrace.files.OpenFile;
import dev.millrace.files.RequestPath;
import dev.millrace.plan.AcceptEncoding;
import dev.millrace.plan.ContentCoding;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a request gets: the file, or in a directory its index or its listing, or a fallback;
 * then the stored variant that the client prefers. One open after another, each by the kernel
 * beneath the root. Event thread only.
 */
final class FileRequest {
  private static final String SUMS = "SHA256SUMS";
  private static final String SUMS_JSON = "SHA256SUMS.json";
  private static final String SUMS_JSON_LOWER = SUMS_JSON.toLowerCase(Locale.ROOT);

  private final HttpServerExchange exchange;
  private final FileHandler handler;
  private final RequestPath.Names names;
  private final RequestPath.Names below;

  /**
   * @param names the path as asked for
   * @param below the same from the mount's root
   */
  FileRequest(
      HttpServerExchange exchange,
      FileHandler handler,
      RequestPath.Names names,
      RequestPath.Names below) {
    this.exchange = exchange;
    this.handler = handler;
    this.names = names;
    this.below = below;
  }

  void start() {
    if (below.directory() || below.segments().isEmpty()) {
      tryIndex(0);
    } else {
      open(below.relative(""), this::openedPath, this::failedPath);
    }
  }

  // ---- the path itself -------------------------------------------------------------------------

  private void openedPath(OpenFile file) {
    FileFacts facts = file.facts();
    if (facts.isRegularFile()) {
      chooseVariant(file, below.relative(""), below.lastName(), null, true);
      return;
    }
    file.close();
    if (facts.isDirectory()) {
      FileHandler.redirectToDirectory(exchange, names);
    } else {
      ErrorPages.send(exchange, StatusCodes.NOT_FOUND);
    }
  }

  private void failedPath(OpenFailure why) {
    if (status(why) == StatusCodes.NOT_FOUND) {
      tryChecksum();
    } else {
      ErrorPages.send(exchange, status(why));
    }
  }

  private static int status(OpenFailure why) {
    return switch (why) {
      case NOT_FOUND, NOT_A_DIRECTORY, NAME_TOO_LONG -> StatusCodes.NOT_FOUND;
      case FORBIDDEN -> StatusCodes.FORBIDDEN;
      case EXHAUSTED -> StatusCodes.SERVICE_UNAVAILABLE;
      case IO -> StatusCodes.INTERNAL_SERVER_ERROR;
    };
  }

  // ---- directories -----------------------------------------------------------------------------

  private void tryIndex(int which) {
    List<String> index = handler.policy().index();
    if (which == index.size()) {
      withoutIndex();
      return;
    }
    byte[] path = below.relative(index.get(which));
    open(
        path,
        file -> {
          if (file.facts().isRegularFile()) {
            chooseVariant(file, path, index.get(which), names, which == 0);
          } else {
            file.close();
            tryIndex(which + 1);
          }
        },
        why -> {
          if (why == OpenFailure.NOT_FOUND) {
            tryIndex(which + 1);
          } else {
            failedPath(why);
          }
        });
  }

  private void withoutIndex() {
    if (!handler.policy().listing()) {
      tryFallback(0);
      return;
    }
    open(
        below.relative(""),
        file -> {
          if (file.facts().isDirectory()) {
            ListingAnswer.send(exchange, handler, names, below, file);
          } else {
            file.close();
            tryFallback(0);
          }
        },
        this::failedPath);
  }

  // ---- checksums -------------------------------------------------------------------------------

  /** What is not there may be a checksum of what is. */
  private void tryChecksum() {
    String name = below.lastName();
    Algorithm algorithm = Sidecars.algorithm(name);
    DigestPolicy policy = handler.digestPolicy();
    if (!policy.sidecars() || policy.mode() == DigestPolicy.Mode.NEVER || below.directory()) {
      tryFallback(0);
    } else if (algorithm != null) {
      RequestPath.Names original = below.withoutSuffix(algorithm.suffix().length() + 1);
      open(
          original.relative(""),
          file -> {
            if (file.facts().isRegularFile()) {
              Sidecars.send(exchange, handler, original, file, algorithm);
            } else {
              file.close();
              tryFallback(0);
            }
          },
          why -> tryFallback(0));
    } else if (name.equals(SUMS) || name.equals(SUMS_JSON)) {
      open(
          below.parent().relative(""),
          file -> {
            if (file.facts().isDirectory()) {
              sendSums(file, name.equals(SUMS_JSON));
            } else {
              file.close();
              tryFallback(0);
            }
          },
          why -> tryFallback(0));
    } else {
      tryFallback(0);
    }
  }

  private void sendSums(OpenFile directory, boolean json) {
    exchange
        .getResponseHeaders()
        .put(
            Headers.CONTENT_TYPE,
            json ? "application/json; charset=utf-8" : "text/plain; charset=utf-8");
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      directory.close();
      BodilessAnswer.toHead(exchange, handler.failures());
    } else {
      SumsPieces sums =
          new SumsPieces(exchange.getIoThread(), handler, below.parent(), directory, json);
      new BodyTransfer(exchange, handler.failures(), sums).start();
    }
  }

  // ---- fallbacks -------------------------------------------------------------------------------

  private void tryFallback(int which) {
    List<String> fallbacks = handler.policy().fallbacks();
    if (which >= fallbacks.size() || isChecksum(below.lastName())) {
      ErrorPages.send(exchange, StatusCodes.NOT_FOUND);
      return;
    }
    byte[] path = substituted(fallbacks.get(which));
    open(
        path,
        file -> {
          if (file.facts().isRegularFile()) {
            handler.applyCors(exchange, handler.urlPath(path));
            chooseVariant(file, path, lastName(path), null, false);
          } else {
            file.close();
            tryFallback(which + 1);
          }
        },
        why -> tryFallback(which + 1));
  }

  /** A page of an application in place of a checksum would be taken for a wrong checksum. */
  private static boolean isChecksum(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return Sidecars.algorithm(lower) != null
        || lower.endsWith("sums")
        || lower.equals(SUMS_JSON_LOWER);
  }

  private byte[] substituted(String fallback) {
    String marker = "{path}";
    int at = fallback.indexOf(marker);
    if (at < 0) {
      return FileHandler.relative(fallback);
    }
    ByteArrayOutputStream path = new ByteArrayOutputStream(64);
    path.writeBytes(FileHandler.relative(fallback.substring(0, at)));
    path.writeBytes(below.segments().isEmpty() ? new byte[0] : below.relative(""));
    path.writeBytes(fallback.substring(at + marker.length()).getBytes(StandardCharsets.UTF_8));
    return path.toByteArray();
  }

  private static String lastName(byte[] path) {
    int slash = path.length - 1;
    while (slash >= 0 && path[slash] != '/') {
      slash--;
    }
    return new String(path, slash + 1, path.length - slash - 1, StandardCharsets.ISO_8859_1);
  }

  // ---- variants --------------------------------------------------------------------------------

  /**
   * Goes on with a file.
   *
   * @param directory whose index it is, or null
   * @param first whether nothing was looked for before it
   */
  private void chooseVariant(
      OpenFile file,
      byte[] path,
      String name,
      RequestPath.@Nullable Names directory,
      boolean first) {
    String type = handler.policy().types().of(name);
    ContentCoding stored = handler.policy().types().codingOf(name);
    boolean varies =
        stored == null
            && !handler.policy().precompressed().isEmpty()
            && handler.policy().types().isCompressible(type);
    List<ContentCoding> codings = varies ? acceptable() : List.of();
    Selected plain =
        new Selected(file, path, directory, type, stored, varies, first && codings.isEmpty());
    tryVariant(plain, codings, 0);
  }

  private List<ContentCoding> acceptable() {
    String field = Fields.joined(exchange.getRequestHeaders(), Headers.ACCEPT_ENCODING);
    return AcceptEncoding.preferred(field, handler.policy().precompressed());
  }

  private void tryVariant(Selected plain, List<ContentCoding> codings, int which) {
    if (which == codings.size()) {
      selected(plain);
      return;
    }
    ContentCoding coding = codings.get(which);
    ByteArrayOutputStream longer = new ByteArrayOutputStream(plain.path().length + 4);
    longer.writeBytes(plain.path());
    longer.writeBytes(coding.suffix().getBytes(StandardCharsets.US_ASCII));
    open(
        longer.toByteArray(),
        file -> {
          if (file.facts().isRegularFile()) {
            plain.file().close();
            selected(plain.as(file, coding));
          } else {
            file.close();
            tryVariant(plain, codings, which + 1);
          }
        },
        why -> tryVariant(plain, codings, which + 1));
  }

  /**
   * What was found.
   *
   * @param path of the file without its coding, from the mount's root
   * @param directory the path asked for, if the file is its index; else null
   * @param contentType of the content without its coding
   * @param coding how the file is coded, or null
   * @param varies whether another Accept-Encoding could have found another
   * @param only whether no other path was looked at, so that what is at this one decides alone
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
  record Selected(
      OpenFile file,
      byte[] path,
      RequestPath.@Nullable Names directory,
      String contentType,
      @Nullable ContentCoding coding,
      boolean varies,
      boolean only) {
    /** The stored variant of it. */
    Selected as(OpenFile variant, ContentCoding variantCoding) {
      return new Selected(variant, path, directory, contentType, variantCoding, true, false);
    }
  }

  private void selected(Selected selected) {
    new FileAnswer(exchange, handler, selected).start();
  }

  private void open(byte[] path, Consumer<OpenFile> opened, Consumer<OpenFailure> failed) {
    handler.access().open(path, handler.failures().openCallback(exchange, opened, failed));
  }
}
