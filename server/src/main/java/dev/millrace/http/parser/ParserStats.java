package dev.millrace.http.parser;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The gate's counts. Written by the I/O thread alone; any thread may read. */
public final class ParserStats {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int PASSED = RejectReason.values().length;

  private final boolean counting;
  private final long[] cells = new long[PASSED + 1];

  public ParserStats() {
    this(true);
  }

  /**
   * @param counting whether anything is counted at all
   */
  public ParserStats(boolean counting) {
    this.counting = counting;
  }

  /** Request heads that were taken. */
  public long passed() {
    return (long) CELL.getOpaque(cells, PASSED);
  }

  /** Requests refused for a reason. */
  public long rejected(RejectReason reason) {
    return (long) CELL.getOpaque(cells, reason.ordinal());
  }

  /** A head was taken. */
  public void countPassed() {
    count(PASSED);
  }

  /** A request was refused. */
  public void countRejected(RejectReason reason) {
    count(reason.ordinal());
  }

  private void count(int cell) {
    if (counting) {
      CELL.setOpaque(cells, cell, cells[cell] + 1);
    }
  }
}
