package dev.millrace.io;

import java.io.IOException;

/**
 * The sink failed, is full, or is non-blocking and accepts no bytes now. See the cause, if any.
 *
 * <p>Source: Zig {@code error.WriteFailed}.
 */
public final class WriteFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  public WriteFailedException(String message) {
    super(message);
  }

  public WriteFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
