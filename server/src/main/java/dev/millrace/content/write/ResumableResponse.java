package dev.millrace.content.write;

import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.http.semantics.HttpDate;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The fields of responses about a resumable upload, in one of its two protocols: <em>Resumable
 * Uploads for HTTP</em> (draft-ietf-httpbis-resumable-upload-11) and tus 1.0. Loop thread only.
 */
final class ResumableResponse {
  static final HttpString UPLOAD_OFFSET = new HttpString("Upload-Offset");
  static final HttpString UPLOAD_COMPLETE = new HttpString("Upload-Complete");
  static final HttpString UPLOAD_LENGTH = new HttpString("Upload-Length");
  static final HttpString TUS_RESUMABLE = new HttpString("Tus-Resumable");
  static final String TUS_VERSION = "1.0.0";

  /** The media type of PATCH in the draft. */
  static final String PARTIAL_UPLOAD = "application/partial-upload";

  private static final HttpString UPLOAD_LIMIT = new HttpString("Upload-Limit");
  private static final HttpString UPLOAD_EXPIRES = new HttpString("Upload-Expires");
  private static final HttpString INTEROP = new HttpString("Upload-Draft-Interop-Version");
  private static final String INTEROP_VERSION = "8";
  private static final HttpString ACCEPT_PATCH = new HttpString("Accept-Patch");
  private static final int UPLOAD_RESUMPTION_SUPPORTED = 104;

  private final boolean tus;
  private final boolean creates;
  private final String location;
  private final UploadSettings settings;

  /**
   * @param tus whether the client uses tus
   * @param creates whether the request begins the upload
   * @param location of the upload
   */
  ResumableResponse(boolean tus, boolean creates, String location, UploadSettings settings) {
    this.tus = tus;
    this.creates = creates;
    this.location = location;
    this.settings = settings;
  }

  boolean isTus() {
    return tus;
  }

  /** Adds the fields that each response of tus has, errors too. */
  void begin(HttpServerExchange exchange) {
    if (tus) {
      exchange.getResponseHeaders().put(TUS_RESUMABLE, TUS_VERSION);
    }
  }

  /** Tells the client where it can resume, before it sends the body. */
  void announce(HttpServerExchange exchange) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    String version = exchange.getRequestHeaders().getFirst(INTEROP);
    if (!creates
        || tus
        || origin == null
        || version == null
        || !version.strip().equals(INTEROP_VERSION)) {
      return;
    }
    HeaderMap fields = new HeaderMap();
    fields.put(INTEROP, INTEROP_VERSION);
    fields.put(Headers.LOCATION, location);
    fields.put(UPLOAD_LIMIT, limit(settings));
    origin.sendInterim(
        exchange, UPLOAD_RESUMPTION_SUPPORTED, "Upload Resumption Supported", fields);
  }

  /** The limits of uploads, as the draft has them. */
  static String limit(UploadSettings settings) {
    return "max-size=" + settings.maxBytes() + ", max-age=" + settings.expirySeconds();
  }

  /** Adds what an OPTIONS response has for a path where uploads can begin. */
  static void addCapabilities(HeaderMap response, UploadSettings settings) {
    response.put(ACCEPT_PATCH, PARTIAL_UPLOAD);
    response.put(UPLOAD_LIMIT, limit(settings));
    response.put(TUS_RESUMABLE, TUS_VERSION);
    response.put(new HttpString("Tus-Version"), TUS_VERSION);
    response.put(new HttpString("Tus-Max-Size"), Long.toString(settings.maxBytes()));
    response.put(
        new HttpString("Tus-Extension"),
        "creation,creation-defer-length,creation-with-upload,expiration,checksum,termination");
    response.put(new HttpString("Tus-Checksum-Algorithm"), "sha1,sha256,sha512,md5");
  }

  /** Adds the fields of an upload that goes on. */
  void addProgress(HeaderMap response, long offset) {
    response.put(UPLOAD_OFFSET, Long.toString(offset));
    if (tus) {
      response.put(
          UPLOAD_EXPIRES,
          HttpDate.format(
              Instant.now().plus(settings.expirySeconds(), ChronoUnit.SECONDS).getEpochSecond()));
    } else {
      response.put(UPLOAD_COMPLETE, "?0");
      response.put(UPLOAD_LIMIT, limit(settings));
    }
  }

  /** Responds to a request whose body was appended. */
  void sendAppended(HttpServerExchange exchange, long offset) {
    HeaderMap response = exchange.getResponseHeaders();
    addProgress(response, offset);
    if (creates) {
      response.put(Headers.LOCATION, location);
      exchange.setResponseContentLength(0);
    }
    exchange.setStatusCode(creates ? StatusCodes.CREATED : StatusCodes.NO_CONTENT);
    exchange.endExchange();
  }

  /** Adds the fields of a response to the request that has completed the file. */
  void addCompleted(HttpServerExchange exchange, long size) {
    HeaderMap response = exchange.getResponseHeaders();
    if (tus) {
      response.put(UPLOAD_OFFSET, Long.toString(size));
      if (creates) {
        response.put(Headers.LOCATION, location);
      } else {
        exchange.setStatusCode(StatusCodes.NO_CONTENT); // whatever the file was before
      }
    } else {
      response.put(UPLOAD_COMPLETE, "?1");
    }
  }

  /** Responds to a request for the state of an upload. */
  void sendState(HttpServerExchange exchange, PartialInfo info, long size) {
    HeaderMap response = exchange.getResponseHeaders();
    if (info.finished()) {
      response.put(UPLOAD_OFFSET, Long.toString(info.length()));
      response.put(UPLOAD_COMPLETE, "?1");
    } else {
      addProgress(response, size);
      if (info.length() < 0 && tus) {
        response.put(new HttpString("Upload-Defer-Length"), "1");
      }
    }
    if (info.length() >= 0) {
      response.put(UPLOAD_LENGTH, Long.toString(info.length()));
    }
    response.put(Headers.CACHE_CONTROL, "no-store");
    exchange.setStatusCode(StatusCodes.NO_CONTENT);
    exchange.endExchange();
  }
}
