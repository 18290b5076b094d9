package dev.millrace.io;

import java.io.IOException;

/**
 * The source has ended: fewer bytes are left than were asked for. Never comes from a sink.
 *
 * <p>Source: Zig {@code error.EndOfStream}.
 */
public final class EndOfStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An error with nothing beneath it. */
  public EndOfStreamException(String message) {
    super(message);
  }

  /** An error whose diagnosis is {@code cause}. */
  public EndOfStreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
