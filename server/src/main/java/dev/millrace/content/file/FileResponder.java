package dev.millrace.content.file;

import dev.millrace.content.BodilessResponse;
import dev.millrace.content.Body;
import dev.millrace.content.BodySource;
import dev.millrace.content.BodyTransfer;
import dev.millrace.content.CacheRecording;
import dev.millrace.content.DigestFields;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.Fields;
import dev.millrace.content.FileBody;
import dev.millrace.content.FileTexts;
import dev.millrace.content.MountContext;
import dev.millrace.content.SelectedFile;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.DigestSource;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.http.semantics.ByteRange;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.http.semantics.MultipartRanges;
import dev.millrace.http.semantics.Representation;
import dev.millrace.http.semantics.ResponsePlan;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Responds with a selected file: gets the requested digests, evaluates conditions and ranges, sends
 * head and body. Loop thread only.
 */
final class FileResponder {
  private final HttpServerExchange exchange;
  private final MountContext mount;
  private final SelectedFile selected;
  private final OpenFile file;
  private final String contentType;
  private final @Nullable ContentCoding coding;
  private final boolean varies;
  private final boolean cacheableByPath;

  /** The digest that follows the body; null if the digest is in the head, or nowhere. */
  private @Nullable DigestTrailer trailer;

  FileResponder(HttpServerExchange exchange, MountContext mount, SelectedFile selected) {
    this.exchange = exchange;
    this.mount = mount;
    this.selected = selected;
    this.file = selected.file();
    this.contentType = selected.contentType();
    this.coding = selected.coding();
    this.varies = selected.varies();
    this.cacheableByPath = selected.cacheableByPath();
  }

  void start() {
    assert exchange.isInIoThread();
    if (mount.refuses(file.stat())) {
      file.close();
      ErrorResponder.send(exchange, StatusCodes.SERVICE_UNAVAILABLE);
      return;
    }
    HeaderMap headers = exchange.getRequestHeaders();
    Digests known = mount.digests().known(file.stat());
    List<Algorithm> wanted = DigestFields.wanted(headers, DigestFields.WANT_REPR_DIGEST);
    if (wanted.isEmpty() || wanted.stream().anyMatch(candidate -> known.get(candidate) != null)) {
      plan(known);
    } else if (canTrail()) {
      DigestTrailer awaited = new DigestTrailer(mount.digests(), file.stat(), true);
      trailer = awaited;
      mount
          .digests()
          .require(
              file,
              Set.of(wanted.getFirst()),
              mount
                  .failures()
                  .digestCallback(exchange, awaited::set, why -> awaited.set(Digests.NONE)));
      plan(known);
    } else {
      find(wanted.getFirst(), known, this::plan);
    }
  }

  /**
   * Whether a digest that is not known can follow the body. The digest of a small file is computed
   * at once.
   */
  private boolean canTrail() {
    RequestOrigin origin = RequestOrigin.of(exchange);
    return origin != null
        && origin.acceptsTrailers()
        && file.stat().sizeBytes() > DigestSource.MAX_PART_BYTES
        && mount.digestPolicy().mode() != DigestPolicy.Mode.OFF
        && !exchange.getRequestMethod().equals(Methods.HEAD);
  }

  /** Computes a digest, if the policy allows it, and continues with or without it. */
  private void find(Algorithm algorithm, Digests known, Consumer<Digests> proceed) {
    if (mount.digestPolicy().mode() == DigestPolicy.Mode.OFF) {
      proceed.accept(known);
    } else {
      mount.digests().require(file, Set.of(algorithm), withOrWithout(known, proceed));
    }
  }

  /** BUSY: respond 503 with Retry-After. Other failures: continue without the digest. */
  private DigestSource.Callback withOrWithout(Digests known, Consumer<Digests> proceed) {
    return mount
        .failures()
        .digestCallback(
            exchange,
            digests -> resume(() -> proceed.accept(digests)),
            why ->
                resume(() -> {
                  if (why == DigestSource.Unavailable.BUSY) {
                    file.close();
                    exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
                    ErrorResponder.send(exchange, StatusCodes.SERVICE_UNAVAILABLE);
                  } else {
                    proceed.accept(known);
                  }
                }));
  }

  /** Continues if the connection is still open. */
  private void resume(Runnable next) {
    if (exchange.getConnection().isOpen()) {
      try {
        next.run();
      } catch (RuntimeException | Error failure) {
        file.close();
        throw failure;
      }
    } else {
      file.close();
      exchange.endExchange();
    }
  }

  private void plan(Digests digests) {
    FileStat stat = file.stat();
    FileTexts texts = FileTexts.of(file, coding, digests);
    Representation current =
        new Representation(stat.sizeBytes(), texts.entityTags(), file.modifiedSeconds());
    ResponsePlan plan =
        ResponsePlan.of(
            Fields.of(exchange),
            current,
            System.currentTimeMillis() / 1000,
            mount.policy().maxRanges());
    List<Algorithm> wanted =
        DigestFields.wanted(exchange.getRequestHeaders(), DigestFields.WANT_CONTENT_DIGEST);
    if (wanted.isEmpty() || exchange.getRequestMethod().equals(Methods.HEAD)) {
      respond(plan, current, digests, null);
      return;
    }
    contentDigest(plan, current, digests, wanted);
  }

  /** Continues with the digest of this message's content, if that is one range of the file. */
  private void contentDigest(
      ResponsePlan plan, Representation current, Digests digests, List<Algorithm> wanted) {
    Algorithm algorithm =
        wanted.stream()
            .filter(candidate -> digests.get(candidate) != null)
            .findFirst()
            .orElse(wanted.getFirst());
    if (plan instanceof ResponsePlan.Whole) {
      find(
          algorithm,
          digests,
          found ->
              respond(
                  plan,
                  current,
                  found,
                  found.get(algorithm) == null ? null : DigestFields.member(found, algorithm)));
    } else if (plan instanceof ResponsePlan.Part(ByteRange range)
        && range.lengthBytes() <= DigestSource.MAX_PART_BYTES
        && mount.digestPolicy().mode() != DigestPolicy.Mode.OFF) {
      mount
          .digests()
          .requirePart(
              file,
              algorithm,
              range.first(),
              range.lengthBytes(),
              withOrWithout(
                  Digests.NONE,
                  part ->
                      respond(
                          plan,
                          current,
                          digests,
                          part.isEmpty() ? null : DigestFields.member(part, algorithm))));
    } else {
      respond(plan, current, digests, null);
    }
  }

  private void respond(
      ResponsePlan plan, Representation current, Digests digests, @Nullable String contentDigest) {
    HeaderMap headers = exchange.getResponseHeaders();
    FileTexts texts =
        FileTexts.of(file, coding, digests); // digests may have been added since the plan
    validators(headers, current, texts);
    switch (plan) {
      case ResponsePlan.NotModified _ -> {
        described(headers, digests, texts);
        var _ = record(digests, StatusCodes.NOT_MODIFIED, 0);
        file.close();
        BodilessResponse.send(exchange, StatusCodes.NOT_MODIFIED);
      }
      case ResponsePlan.PreconditionFailed _ -> {
        file.close();
        ErrorResponder.send(exchange, StatusCodes.PRECONDITION_FAILED);
      }
      case ResponsePlan.RangeNotSatisfiable _ -> {
        file.close();
        headers.put(Headers.CONTENT_RANGE, "bytes */" + current.sizeBytes());
        ErrorResponder.send(exchange, StatusCodes.REQUEST_RANGE_NOT_SATISFIABLE);
      }
      case ResponsePlan.Whole _ -> {
        described(headers, digests, texts);
        trail(texts);
        boolean withoutBody = exchange.getRequestMethod().equals(Methods.HEAD);
        CacheRecording recording =
            record(digests, StatusCodes.OK, withoutBody ? 0 : current.sizeBytes());
        Body body = Body.whole(current.sizeBytes());
        send(StatusCodes.OK, body, contentType, contentDigest, recording);
      }
      case ResponsePlan.Part(ByteRange range) -> {
        described(headers, digests, texts);
        headers.put(Headers.CONTENT_RANGE, range.contentRange(current.sizeBytes()));
        trail(texts);
        CacheRecording recording =
            record(digests, StatusCodes.PARTIAL_CONTENT, range.lengthBytes());
        Body body = Body.of(range);
        send(StatusCodes.PARTIAL_CONTENT, body, contentType, contentDigest, recording);
      }
      case ResponsePlan.Parts(List<ByteRange> ranges) -> {
        described(headers, digests, texts);
        trail(texts);
        MultipartRanges parts =
            new MultipartRanges(ranges, current.sizeBytes(), contentType, boundary());
        send(StatusCodes.PARTIAL_CONTENT, Body.of(parts), parts.contentType(), null, null);
      }
    }
  }

  /** Sets the fields of every response about this representation, errors included. */
  private void validators(HeaderMap headers, Representation current, FileTexts texts) {
    headers.put(Headers.ETAG, current.entityTag());
    Fields.lastModified(headers, current.modifiedSeconds(), texts.lastModified());
    headers.put(Headers.ACCEPT_RANGES, mount.policy().maxRanges() > 0 ? "bytes" : "none");
    if (varies) {
      headers.add(Headers.VARY, Headers.ACCEPT_ENCODING_STRING);
    }
  }

  /**
   * Sets the fields of 200, 206 and 304 only: digests, and Cache-Control, which would make an error
   * cacheable. Requests missing digests in the background.
   */
  private void described(HeaderMap headers, Digests digests, FileTexts texts) {
    DigestPolicy policy = mount.digestPolicy();
    boolean variant = coding != null && varies;
    DigestFields.show(
        headers, digests, texts.reprDigest(), variant ? List.of() : policy.checksumHeaders());
    Set<Algorithm> wanted = variant ? Set.of(Algorithm.SHA_256) : policy.background();
    if (policy.mode() == DigestPolicy.Mode.BACKGROUND && !digests.hasAll(wanted)) {
      mount.digests().background(file, wanted);
    }
    String cacheControl = mount.cacheControl(selected);
    if (cacheControl != null) {
      headers.put(Headers.CACHE_CONTROL, cacheControl);
    }
  }

  /** Announces the digest as a trailer, if it is not in the head and the client accepts one. */
  private void trail(FileTexts texts) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    if (texts.reprDigest() != null || !canTrail() || origin == null) {
      trailer = null;
      return;
    }
    if (trailer == null) {
      trailer = new DigestTrailer(mount.digests(), file.stat(), false);
    }
    origin.trailers(trailer);
    exchange.getResponseHeaders().put(Headers.TRAILER, DigestFields.REPR_DIGEST.toString());
  }

  /** A response with a trailer is not recorded: the cache has no trailers. */
  private @Nullable CacheRecording record(Digests digests, int status, long bodyBytes) {
    if (trailer != null) {
      return null;
    }
    return CacheRecording.begin(exchange, mount, file, cacheableByPath, digests, status, bodyBytes);
  }

  private void send(
      int status,
      Body body,
      String type,
      @Nullable String contentDigest,
      @Nullable CacheRecording recording) {
    HeaderMap headers = exchange.getResponseHeaders();
    headers.put(Headers.CONTENT_TYPE, type);
    if (coding != null) {
      headers.put(Headers.CONTENT_ENCODING, coding.token());
    }
    if (contentDigest != null) {
      headers.put(DigestFields.CONTENT_DIGEST, contentDigest);
    }
    exchange.setStatusCode(status);
    exchange.setResponseContentLength(body.lengthBytes());
    if (exchange.getRequestMethod().equals(Methods.HEAD) || body.lengthBytes() == 0) {
      file.close();
      exchange.endExchange();
    } else {
      BodySource source = new FileBody(mount.access(), mount.buffers(), file, body, recording);
      new BodyTransfer(exchange, mount.failures(), source).start();
    }
  }

  private static String boundary() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
  }
}
