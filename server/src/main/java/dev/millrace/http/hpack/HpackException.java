package dev.millrace.http.hpack;

import java.io.IOException;

/** A header block that cannot be decoded: a COMPRESSION_ERROR of its connection (RFC 9113 §4.3). */
public final class HpackException extends IOException {
  private static final long serialVersionUID = 1;

  HpackException(String message) {
    super(message);
  }

  /** Records no stack trace: a client causes it. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
