package dev.millrace.http.parser;

import java.util.Locale;

/** Why a request is refused, and with which status. Every refusal ends its connection. */
public enum RejectReason {
  /** The first byte begins no method: a TLS hello, a space, a second empty line. */
  NOT_HTTP(400),
  /** The HTTP/2 preface; HTTP/2 comes by ALPN. */
  HTTP2_PREFACE(400),
  /** Not: method, one space, target, one space, version; HTTP/0.9 among others. */
  BAD_REQUEST_LINE(400),
  /** A registered method that nothing here allows. */
  METHOD_NOT_ALLOWED(405),
  /** A method nobody has registered. */
  UNKNOWN_METHOD(501),
  /** An octet that no target has, or a form that the method does not take. */
  BAD_TARGET(400),
  /** A percent sign without two hexadecimal digits, or an encoded NUL. */
  BAD_ENCODING(400),
  TARGET_TOO_LONG(414),
  /** Neither 1.0 nor 1.1. */
  UNSUPPORTED_VERSION(505),
  /** A CR without its LF, or an LF without its CR. */
  BAD_LINE_END(400),
  /** Not a token right before the colon. */
  BAD_FIELD_NAME(400),
  /** A line that begins with white space. */
  FOLDED_FIELD(400),
  /** A control octet in a value. */
  BAD_FIELD_VALUE(400),
  HEAD_TOO_LARGE(431),
  TOO_MANY_FIELDS(431),
  /** None, several, no authority, or another one than an absolute target has. */
  BAD_HOST(400),
  /** Not 1 to 18 digits, or more than once. */
  BAD_CONTENT_LENGTH(400),
  /** No coding at all, more than once, or on HTTP/1.0. */
  BAD_TRANSFER_ENCODING(400),
  /** Another coding than exactly chunked. */
  UNSUPPORTED_TRANSFER_CODING(501),
  /** Both Content-Length and Transfer-Encoding. */
  CONFLICTING_FRAMING(400),
  /** An expectation other than 100-continue. */
  UNKNOWN_EXPECTATION(417),
  /** The head did not come in time. */
  HEAD_TIMEOUT(408),
  /** A size line or a chunk's end that is not exactly what it must be. */
  BAD_CHUNK(400),
  CHUNK_EXTENSION_TOO_LONG(400),
  /** Not a field, or one that frames or routes. */
  BAD_TRAILER(400),
  TRAILERS_TOO_LARGE(431);

  private final int status;

  RejectReason(int status) {
    this.status = status;
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  /** The name in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
