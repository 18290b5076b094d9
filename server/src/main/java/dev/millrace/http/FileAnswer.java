package dev.millrace.http;

import dev.millrace.file.FileFacts;
import dev.millrace.files.OpenFile;
import dev.millrace.files.RequestPath;
import dev.millrace.plan.ByteRange;
import dev.millrace.plan.ContentCoding;
import dev.millrace.plan.EntityTag;
import dev.millrace.plan.HttpDate;
import dev.millrace.plan.MultipartRanges;
import dev.millrace.plan.Representation;
import dev.millrace.plan.ResponsePlan;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Answers with a file that was found: decides what of it, writes the head, sends the body. */
final class FileAnswer {
  private static final HttpString WANT_REPR_DIGEST = new HttpString("Want-Repr-Digest");
  private static final HttpString REPR_DIGEST = new HttpString("Repr-Digest");

  private final HttpServerExchange exchange;
  private final FileHandler handler;
  private final RequestPath.Names names;
  private final OpenFile file;
  private final String contentType;
  private final @Nullable ContentCoding coding;
  private final boolean varies;

  FileAnswer(
      HttpServerExchange exchange,
      FileHandler handler,
      RequestPath.Names names,
      FileRequest.Selected selected) {
    this.exchange = exchange;
    this.handler = handler;
    this.names = names;
    this.file = selected.file();
    this.contentType = selected.contentType();
    this.coding = selected.coding();
    this.varies = selected.varies();
  }

  void start() {
    if (WantDigest.sha256(Fields.joined(exchange.getRequestHeaders(), WANT_REPR_DIGEST))) {
      handler.digests().sha256(file, this::answer);
    } else {
      answer(null);
    }
  }

  private void answer(byte @Nullable [] sha256) {
    if (!exchange.getConnection().isOpen()) {
      file.close();
      exchange.endExchange();
      return;
    }
    FileFacts facts = file.facts();
    Representation current =
        new Representation(
            facts.sizeBytes(),
            List.of(
                EntityTag.of(
                    facts.modifiedSeconds(), facts.modifiedNanos(), facts.sizeBytes(), coding)),
            facts.modifiedSeconds());
    ResponsePlan plan =
        ResponsePlan.of(Fields.of(exchange), current, System.currentTimeMillis() / 1000);
    HeaderMap headers = exchange.getResponseHeaders();
    validators(headers, current);
    if (sha256 != null) {
      headers.put(REPR_DIGEST, "sha-256=:" + Base64.getEncoder().encodeToString(sha256) + ":");
    }
    switch (plan) {
      case ResponsePlan.NotModified _ -> {
        file.close();
        cacheControl(headers);
        exchange.setStatusCode(StatusCodes.NOT_MODIFIED).endExchange();
      }
      case ResponsePlan.PreconditionFailed _ -> {
        file.close();
        ErrorPages.send(exchange, StatusCodes.PRECONDITION_FAILED);
      }
      case ResponsePlan.RangeNotSatisfiable _ -> {
        file.close();
        headers.put(Headers.CONTENT_RANGE, "bytes */" + current.sizeBytes());
        ErrorPages.send(exchange, StatusCodes.REQUEST_RANGE_NOT_SATISFIABLE);
      }
      case ResponsePlan.Whole _ ->
          send(StatusCodes.OK, Body.whole(current.sizeBytes()), contentType);
      case ResponsePlan.Part(ByteRange range) -> {
        headers.put(Headers.CONTENT_RANGE, range.contentRange(current.sizeBytes()));
        send(StatusCodes.PARTIAL_CONTENT, Body.of(range), contentType);
      }
      case ResponsePlan.Parts(List<ByteRange> ranges) -> {
        MultipartRanges parts =
            MultipartRanges.of(ranges, current.sizeBytes(), contentType, boundary());
        send(StatusCodes.PARTIAL_CONTENT, Body.of(parts), parts.contentType());
      }
    }
  }

  /** What every answer about this representation carries, 304 and 206 included. */
  private void validators(HeaderMap headers, Representation current) {
    headers.put(Headers.ETAG, current.entityTag());
    headers.put(Headers.LAST_MODIFIED, HttpDate.format(current.modifiedSeconds()));
    headers.put(Headers.ACCEPT_RANGES, "bytes");
    if (varies) {
      headers.add(Headers.VARY, Headers.ACCEPT_ENCODING_STRING);
    }
  }

  /** Not for failures: with a lifetime they would be kept. */
  private void cacheControl(HeaderMap headers) {
    String cacheControl = handler.cacheControl(names);
    if (cacheControl != null) {
      headers.put(Headers.CACHE_CONTROL, cacheControl);
    }
  }

  private void send(int status, Body body, String type) {
    HeaderMap headers = exchange.getResponseHeaders();
    cacheControl(headers);
    headers.put(Headers.CONTENT_TYPE, type);
    if (coding != null) {
      headers.put(Headers.CONTENT_ENCODING, coding.token());
    }
    exchange.setStatusCode(status);
    exchange.setResponseContentLength(body.lengthBytes());
    if (exchange.getRequestMethod().equals(Methods.HEAD) || body.lengthBytes() == 0) {
      file.close();
      exchange.endExchange();
    } else {
      Pieces pieces = new FilePieces(handler.access(), handler.buffers(), file, body);
      new BodyTransfer(exchange, pieces).start();
    }
  }

  private static String boundary() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
  }
}
