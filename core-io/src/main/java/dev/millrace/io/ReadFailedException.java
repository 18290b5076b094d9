package dev.millrace.io;

import java.io.IOException;

/**
 * The source failed, or a non-blocking source has no bytes available now. See the cause, if any.
 *
 * <p>Source: Zig {@code error.ReadFailed}.
 */
public final class ReadFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  public ReadFailedException(String message) {
    super(message);
  }

  public ReadFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
