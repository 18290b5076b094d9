package dev.millrace.io;

import java.io.IOException;

/**
 * A delimiter or the end did not come within the buffer or the limit. Nothing was lost.
 *
 * <p>Source: Zig {@code error.StreamTooLong}.
 */
public final class StreamTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An error with nothing beneath it. */
  public StreamTooLongException(String message) {
    super(message);
  }

  /** An error whose diagnosis is {@code cause}. */
  public StreamTooLongException(String message, Throwable cause) {
    super(message, cause);
  }
}
