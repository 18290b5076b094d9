package dev.millrace.io;

import java.io.IOException;

/**
 * The source failed, or a source that does not block had nothing now. The cause says why.
 *
 * <p>Source: Zig {@code error.ReadFailed}.
 */
public final class ReadFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An error with nothing beneath it. */
  public ReadFailedException(String message) {
    super(message);
  }

  /** An error whose diagnosis is {@code cause}. */
  public ReadFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
