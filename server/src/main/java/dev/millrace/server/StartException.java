package dev.millrace.server;

import java.io.Serial;

/** The server cannot start. The message is one line for the operator. */
public final class StartException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  public StartException(String message) {
    super(message);
  }

  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
