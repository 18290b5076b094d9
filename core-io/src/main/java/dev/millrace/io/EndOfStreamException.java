package dev.millrace.io;

import java.io.IOException;

/**
 * The source has ended before the requested number of bytes. Never thrown for a sink.
 *
 * <p>Source: Zig {@code error.EndOfStream}.
 */
public final class EndOfStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  public EndOfStreamException(String message) {
    super(message);
  }

  public EndOfStreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
