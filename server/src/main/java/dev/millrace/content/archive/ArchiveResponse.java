package dev.millrace.content.archive;

import dev.millrace.content.ArchivePolicy;
import dev.millrace.content.BodilessResponse;
import dev.millrace.content.BodyTransfer;
import dev.millrace.content.DigestFields;
import dev.millrace.content.Fields;
import dev.millrace.content.GeneratedBody;
import dev.millrace.content.MountContext;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.Root;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.semantics.ByteRange;
import dev.millrace.http.semantics.EntityTag;
import dev.millrace.http.semantics.Representation;
import dev.millrace.http.semantics.ResponsePlan;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Responds with a directory as an archive. Loop thread only. */
public final class ArchiveResponse {
  /** An archive with a file that changed later has no tag: it may change again unnoticed. */
  private static final long SETTLED_MILLIS = 100;

  /** A time for which there is no date: the newest file's would ignore removed ones. */
  private static final long UNDATED = Long.MIN_VALUE;

  private static final String PARAMETER = "archive=";

  private final HttpServerExchange exchange;
  private final MountContext mount;
  private final ParsedPath names;
  private final byte[] path;
  private final ArchiveFormat format;
  private final ArchiveDigests digests;

  private ArchiveResponse(
      HttpServerExchange exchange,
      MountContext mount,
      ParsedPath names,
      ArchiveFormat format,
      ArchiveDigests digests) {
    this.exchange = exchange;
    this.mount = mount;
    this.names = names;
    this.path = names.below(mount.mount().prefix()).relative("");
    this.format = format;
    this.digests = digests;
  }

  /**
   * Sends the archive, if the query or Accept requests one and the mount's policy allows it.
   *
   * @param names the directory's path, which is listed
   * @param digests of archives of the mount
   * @return false if none is requested
   */
  public static boolean send(
      HttpServerExchange exchange, MountContext mount, ParsedPath names, ArchiveDigests digests) {
    if (!mount.policy().archives().enabled()) {
      return false;
    }
    String requested = requested(exchange.getQueryString());
    String accept = Fields.joined(exchange.getRequestHeaders(), Headers.ACCEPT);
    ArchiveFormat format =
        requested == null ? ArchiveFormat.preferred(accept) : ArchiveFormat.of(requested);
    if (format == null && requested == null) {
      return false;
    }
    if (format == null) {
      ErrorResponder.send(exchange, StatusCodes.BAD_REQUEST);
    } else if (mount.hasRulesBelow(names)) {
      ErrorResponder.send(exchange, StatusCodes.FORBIDDEN);
    } else {
      new ArchiveResponse(exchange, mount, names, format, digests).measure();
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

  /**
   * The extent of an archive.
   *
   * @param tarBytes its length as tar; -1 if it exceeds a limit
   * @param identity of its files
   * @param settled whether a further change of a file would change the identity
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  private record Extent(long tarBytes, byte[] identity, boolean settled) {}

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
    ArchivePolicy policy = mount.policy().archives();
    try (ArchiveWalk walk = walk(root)) {
      long total = TarWriter.endLength();
      int entries = 0;
      for (ArchiveWalk.Item item = walk.next(); item != null; item = walk.next()) {
        total += TarWriter.length(item);
        if (++entries > policy.maxEntries() || total > policy.maxBytes()) {
          return new Extent(-1, new byte[0], false);
        }
      }
      boolean settled = System.currentTimeMillis() - walk.newestMillis() > SETTLED_MILLIS;
      return new Extent(total, walk.identity(), settled);
    }
  }

  private void transfer(Root held, Extent extent) {
    boolean sent = false;
    try {
      sent = !exchange.isComplete() && respond(held, extent);
    } finally {
      if (!sent) {
        held.release();
      }
    }
  }

  /** Whether a body is sent, which releases the root. */
  private boolean respond(Root held, Extent extent) {
    if (extent.tarBytes < 0) {
      ErrorResponder.send(exchange, StatusCodes.FORBIDDEN);
      return false;
    }
    HeaderMap headers = exchange.getResponseHeaders();
    String cacheControl = mount.cacheControl(names);
    headers.put(Headers.CACHE_CONTROL, cacheControl == null ? "no-cache" : cacheControl);
    headers.add(Headers.VARY, Headers.ACCEPT_STRING);
    if (!format.isMeasurable() || !extent.settled) {
      described(headers);
      if (format.isMeasurable()) {
        exchange.setResponseContentLength(extent.tarBytes);
      }
      return send(held, extent, null, null);
    }
    String tag = EntityTag.ofContent(extent.identity);
    ResponsePlan plan =
        ResponsePlan.of(
            Fields.of(exchange),
            new Representation(extent.tarBytes, List.of(tag), UNDATED),
            System.currentTimeMillis() / 1000,
            Math.min(1, mount.policy().maxRanges()));
    headers.put(Headers.ETAG, tag);
    headers.put(Headers.ACCEPT_RANGES, mount.policy().maxRanges() > 0 ? "bytes" : "none");
    return respond(held, extent, plan, tag);
  }

  private boolean respond(Root held, Extent extent, ResponsePlan plan, String tag) {
    HeaderMap headers = exchange.getResponseHeaders();
    switch (plan) {
      case ResponsePlan.NotModified _ -> BodilessResponse.send(exchange, StatusCodes.NOT_MODIFIED);
      case ResponsePlan.PreconditionFailed _ ->
          ErrorResponder.send(exchange, StatusCodes.PRECONDITION_FAILED);
      case ResponsePlan.RangeNotSatisfiable _ -> {
        headers.put(Headers.CONTENT_RANGE, "bytes */" + extent.tarBytes);
        ErrorResponder.send(exchange, StatusCodes.REQUEST_RANGE_NOT_SATISFIABLE);
      }
      case ResponsePlan.Part(ByteRange range) -> {
        described(headers);
        showDigest(headers, tag);
        headers.put(Headers.CONTENT_RANGE, range.contentRange(extent.tarBytes));
        exchange.setStatusCode(StatusCodes.PARTIAL_CONTENT);
        exchange.setResponseContentLength(range.lengthBytes());
        return send(held, extent, range, null);
      }
      case ResponsePlan.Whole _ -> {
        described(headers);
        showDigest(headers, tag);
        exchange.setResponseContentLength(extent.tarBytes);
        return send(held, extent, null, tag);
      }
      case ResponsePlan.Parts _ -> throw new IllegalStateException("more than one range");
    }
    return false;
  }

  private void described(HeaderMap headers) {
    headers.put(Headers.CONTENT_TYPE, format.mediaType());
    headers.put(Headers.CONTENT_DISPOSITION, "attachment; filename*=UTF-8''" + fileName());
  }

  private void showDigest(HeaderMap headers, String tag) {
    byte[] sha256 = digests.get(tag);
    if (sha256 != null) {
      Digests known = Digests.of(Map.of(Algorithm.SHA_256, sha256));
      headers.put(DigestFields.REPR_DIGEST, DigestFields.member(known, Algorithm.SHA_256));
    }
  }

  /**
   * Sends the body, unless the request is HEAD.
   *
   * @param part null for the whole archive
   * @param tag under which the digest is kept, or null
   */
  private boolean send(Root held, Extent extent, @Nullable ByteRange part, @Nullable String tag) {
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      if (format.isMeasurable()) {
        exchange.endExchange();
      } else {
        BodilessResponse.toHead(exchange, mount.failures());
      }
      return false;
    }
    Generator generator = new Generator(held, extent.identity, part, tag);
    GeneratedBody body = new GeneratedBody(mount.executors(), generator::next, generator::close);
    new BodyTransfer(exchange, mount.failures(), body).start();
    return true;
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
    private final byte[] identity;
    private final @Nullable ByteRange part;
    private final @Nullable String tag;
    private final MessageDigest sent = Algorithm.SHA_256.start();
    private @Nullable ArchiveBody body;

    Generator(Root held, byte[] identity, @Nullable ByteRange part, @Nullable String tag) {
      this.held = held;
      this.identity = identity;
      this.part = part;
      this.tag = tag;
    }

    @Nullable ByteBuffer next() throws IOException {
      ArchiveBody current = body;
      if (current == null) {
        current = new ArchiveBody(walk(held), format, identity, part);
        body = current;
      }
      ByteBuffer chunk = current.next();
      if (tag != null && chunk != null) {
        sent.update(chunk.duplicate());
      } else if (tag != null) {
        digests.put(tag, sent.digest());
      }
      return chunk;
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
