package dev.millrace.content.archive;

import dev.millrace.auth.AuthRule;
import dev.millrace.content.BodilessResponse;
import dev.millrace.content.BodyTransfer;
import dev.millrace.content.GeneratedBody;
import dev.millrace.content.MountContext;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.Root;
import dev.millrace.http.exchange.ErrorResponder;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Responds with a directory as an archive. Loop thread only. */
public final class ArchiveResponse {
  private static final int MAX_ENTRIES = 200_000;
  private static final String PARAMETER = "archive=";

  private final HttpServerExchange exchange;
  private final MountContext mount;
  private final ParsedPath names;
  private final byte[] path;
  private final ArchiveFormat format;

  private ArchiveResponse(
      HttpServerExchange exchange, MountContext mount, ParsedPath names, ArchiveFormat format) {
    this.exchange = exchange;
    this.mount = mount;
    this.names = names;
    this.path = names.below(mount.mount().prefix()).relative("");
    this.format = format;
  }

  /**
   * Sends the archive, if the query requests one and the mount's policy allows it.
   *
   * @param names the directory's path, which is listed
   * @return false if the query requests none
   */
  public static boolean send(HttpServerExchange exchange, MountContext mount, ParsedPath names) {
    String requested = requested(exchange.getQueryString());
    if (requested == null || !mount.policy().archives()) {
      return false;
    }
    ArchiveFormat format = ArchiveFormat.of(requested);
    if (format == null) {
      ErrorResponder.send(exchange, StatusCodes.BAD_REQUEST);
    } else if (hasRulesBelow(mount, names)) {
      ErrorResponder.send(exchange, StatusCodes.FORBIDDEN);
    } else {
      new ArchiveResponse(exchange, mount, names, format).measure();
    }
    return true;
  }

  private static @Nullable String requested(String query) {
    for (String pair : query.split("&", -1)) {
      if (pair.startsWith(PARAMETER)) {
        return pair.substring(PARAMETER.length());
      }
    }
    return null;
  }

  /** Whether a part of the directory needs other credentials than the directory itself. */
  private static boolean hasRulesBelow(MountContext mount, ParsedPath names) {
    return mount.policy().authRules().stream()
        .map(AuthRule::prefix)
        .anyMatch(prefix ->
            prefix.segments().size() > names.segments().size() && prefix.startsWith(names));
  }

  /**
   * The extent of an archive.
   *
   * @param tarBytes its length as tar; -1 if it has too many entries
   */
  private record Extent(long tarBytes) {}

  private void measure() {
    Root root = mount.access().root();
    if (root == null) {
      ErrorResponder.send(exchange, StatusCodes.SERVICE_UNAVAILABLE);
      return;
    }
    Root held = root.hold();
    mount
        .executors()
        .<Extent>call(
            () -> extent(held),
            extent -> transfer(held, extent),
            failure -> {
              held.release();
              mount.failures().failed(exchange, failure);
            });
  }

  private ArchiveWalk walk(Root root) throws IOException {
    return new ArchiveWalk(root, path, mount.policy().symlinks(), mount.policy().dotfiles());
  }

  private Extent extent(Root root) throws IOException {
    try (ArchiveWalk walk = walk(root)) {
      long total = TarWriter.endLength();
      int entries = 0;
      for (ArchiveWalk.Item item = walk.next(); item != null; item = walk.next()) {
        total += TarWriter.length(item);
        if (++entries > MAX_ENTRIES) {
          return new Extent(-1);
        }
      }
      return new Extent(total);
    }
  }

  private void transfer(Root held, Extent extent) {
    if (exchange.isComplete()) {
      held.release();
      return;
    }
    if (extent.tarBytes < 0) {
      held.release();
      ErrorResponder.send(exchange, StatusCodes.FORBIDDEN);
      return;
    }
    HeaderMap headers = exchange.getResponseHeaders();
    headers.put(Headers.CONTENT_TYPE, format.mediaType());
    headers.put(Headers.CONTENT_DISPOSITION, "attachment; filename*=UTF-8''" + fileName());
    headers.put(Headers.CACHE_CONTROL, "no-cache");
    if (format == ArchiveFormat.TAR) {
      exchange.setResponseContentLength(extent.tarBytes);
    }
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      held.release();
      if (format == ArchiveFormat.TAR) {
        exchange.endExchange();
      } else {
        BodilessResponse.toHead(exchange, mount.failures());
      }
      return;
    }
    Generator generator = new Generator(held);
    GeneratedBody body = new GeneratedBody(mount.executors(), generator::next, generator::close);
    new BodyTransfer(exchange, mount.failures(), body).start();
  }

  private String fileName() {
    byte[] last =
        names.segments().isEmpty()
            ? "files".getBytes(StandardCharsets.US_ASCII)
            : names.segments().getLast();
    StringBuilder name = new StringBuilder();
    for (byte b : last) { // RFC 8187 §3.2.1
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
        name.append(c);
      } else {
        name.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return name.append('.').append(format.suffix()).toString();
  }

  /** Opens the body with its first chunk, on a worker. */
  private final class Generator implements AutoCloseable {
    private final Root held;
    private @Nullable ArchiveBody body;

    Generator(Root held) {
      this.held = held;
    }

    @Nullable ByteBuffer next() throws IOException {
      ArchiveBody current = body;
      if (current == null) {
        current = new ArchiveBody(walk(held), format);
        body = current;
      }
      return current.next();
    }

    @Override
    public void close() {
      ArchiveBody opened = body;
      if (opened != null) {
        opened.close();
      }
      held.release();
    }
  }
}
