package dev.millrace.uring.sim;

import java.io.Serial;

/** The program under test violated the contract of the ring: a bug, not a simulated fault. */
public final class MisuseError extends AssertionError {
  @Serial private static final long serialVersionUID = 1L;

  MisuseError(String what) {
    super(what);
  }
}
