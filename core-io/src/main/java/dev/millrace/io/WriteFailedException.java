package dev.millrace.io;

import java.io.IOException;

/**
 * The sink failed, is full, or does not block and took nothing now. The cause says why.
 *
 * <p>Source: Zig {@code error.WriteFailed}.
 */
public final class WriteFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An error with nothing beneath it. */
  public WriteFailedException(String message) {
    super(message);
  }

  /** An error whose diagnosis is {@code cause}. */
  public WriteFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
