package dev.millrace.http.http2;

/** A connection error (RFC 9113 §5.4.1): the connection ends with GOAWAY. */
final class Http2Exception extends Exception {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final String text;

  Http2Exception(ErrorCode code, String message) {
    super(message, null, false, false); // an attacker causes it: no stack trace
    this.code = code;
    this.text = message;
  }

  static Http2Exception protocol(String message) {
    return new Http2Exception(ErrorCode.PROTOCOL_ERROR, message);
  }

  /** The message, which GOAWAY carries. */
  String text() {
    return text;
  }

  ErrorCode code() {
    return code;
  }
}
