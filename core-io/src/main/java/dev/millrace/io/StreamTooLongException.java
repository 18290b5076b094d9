package dev.millrace.io;

import java.io.IOException;

/**
 * The delimiter or the end is not within the buffer or the limit. No byte was lost.
 *
 * <p>Source: Zig {@code error.StreamTooLong}.
 */
public final class StreamTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  public StreamTooLongException(String message) {
    super(message);
  }

  public StreamTooLongException(String message, Throwable cause) {
    super(message, cause);
  }
}
