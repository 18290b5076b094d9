package dev.millrace.io;

import java.io.IOException;

/**
 * An encoded integer does not fit the requested width. It has been consumed.
 *
 * <p>Source: Zig {@code error.Overflow}.
 */
public final class OverflowException extends IOException {
  private static final long serialVersionUID = 1L;

  public OverflowException(String message) {
    super(message);
  }

  public OverflowException(String message, Throwable cause) {
    super(message, cause);
  }
}
