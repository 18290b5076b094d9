package dev.millrace.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The gate's counts. Written by the I/O thread alone; any thread may read. */
public final class GateStats {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int PASSED = RejectReason.values().length;

  private final long[] cells = new long[PASSED + 1];

  /** Request heads passed on. */
  public long passed() {
    return (long) CELL.getOpaque(cells, PASSED);
  }

  /** Requests refused for a reason. */
  public long rejected(RejectReason reason) {
    return (long) CELL.getOpaque(cells, reason.ordinal());
  }

  void countPassed() {
    CELL.setOpaque(cells, PASSED, cells[PASSED] + 1);
  }

  void countRejected(RejectReason reason) {
    CELL.setOpaque(cells, reason.ordinal(), cells[reason.ordinal()] + 1);
  }
}
