package dev.millrace.http.parser;

import java.util.Locale;

/**
 * Why the parser rejects a request, and the status of the response. Every rejection ends the
 * connection.
 */
public enum RejectReason {
  /** The first byte starts no method: a TLS hello, a space, a second empty line. */
  NOT_HTTP(400),
  /** The HTTP/2 preface on a connection without TLS, while {@code h2c} is off. */
  HTTP2_PREFACE(400),
  /** Not exactly method, space, target, space, version; includes HTTP/0.9. */
  BAD_REQUEST_LINE(400),
  /** A registered method that the server does not support. */
  METHOD_NOT_ALLOWED(405),
  /** An unregistered method. */
  UNKNOWN_METHOD(501),
  /** An octet that is invalid in a target, or a form that is invalid for the method. */
  BAD_TARGET(400),
  /** A percent sign without two hexadecimal digits, or an encoded NUL. */
  BAD_ENCODING(400),
  TARGET_TOO_LONG(414),
  /** Neither 1.0 nor 1.1. */
  UNSUPPORTED_VERSION(505),
  /** A CR without its LF, or an LF without its CR. */
  BAD_LINE_END(400),
  /** The text before the colon is not a token. */
  BAD_FIELD_NAME(400),
  /** A line that begins with white space. */
  FOLDED_FIELD(400),
  /** A control octet in a value. */
  BAD_FIELD_VALUE(400),
  HEAD_TOO_LARGE(431),
  TOO_MANY_FIELDS(431),
  /**
   * Host is missing, repeated, not an authority, or differs from an absolute target's authority.
   */
  BAD_HOST(400),
  /** Not 1 to 18 digits, or repeated. */
  BAD_CONTENT_LENGTH(400),
  /** Empty or malformed, repeated, or on HTTP/1.0. */
  BAD_TRANSFER_ENCODING(400),
  /** A coding other than exactly chunked. */
  UNSUPPORTED_TRANSFER_CODING(501),
  /** Both Content-Length and Transfer-Encoding. */
  CONFLICTING_FRAMING(400),
  /** An expectation other than 100-continue. */
  UNKNOWN_EXPECTATION(417),
  /** The head was not complete in time. */
  HEAD_TIMEOUT(408),
  /** A malformed chunk size line or chunk end. */
  BAD_CHUNK(400),
  CHUNK_EXTENSION_TOO_LONG(400),
  /** Not a field, or a field that frames or routes. */
  BAD_TRAILER(400),
  TRAILERS_TOO_LARGE(431);

  private final int status;

  RejectReason(int status) {
    this.status = status;
  }

  /** The status of the response. */
  public int status() {
    return status;
  }

  /** The reason's name in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
