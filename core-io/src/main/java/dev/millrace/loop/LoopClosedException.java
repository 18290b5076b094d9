package dev.millrace.loop;

import java.io.Serial;

/** The loop closed before it finished the work that a thread waits for; it never will. */
public final class LoopClosedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  public LoopClosedException() {
    super("the loop has closed");
  }
}
