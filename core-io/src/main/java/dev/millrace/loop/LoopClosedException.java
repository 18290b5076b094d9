package dev.millrace.loop;

import java.io.Serial;

/** The loop closed before it did what a thread waited for; it never will. */
public final class LoopClosedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /** The loop of a wait has closed. */
  public LoopClosedException() {
    super("the loop has closed");
  }
}
