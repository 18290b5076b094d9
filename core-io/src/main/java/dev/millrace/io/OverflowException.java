package dev.millrace.io;

import java.io.IOException;

/**
 * An encoded integer does not fit the width asked for. It has been consumed.
 *
 * <p>Source: Zig {@code error.Overflow}.
 */
public final class OverflowException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An error with nothing beneath it. */
  public OverflowException(String message) {
    super(message);
  }

  /** An error whose diagnosis is {@code cause}. */
  public OverflowException(String message, Throwable cause) {
    super(message, cause);
  }
}
