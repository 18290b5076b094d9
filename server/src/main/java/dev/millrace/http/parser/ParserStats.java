package dev.millrace.http.parser;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The parser's counters. Only the loop thread writes; any thread may read. */
public final class ParserStats {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int PASSED = RejectReason.values().length;

  private final boolean counting;
  private final long[] cells = new long[PASSED + 1];

  public ParserStats() {
    this(true);
  }

  /**
   * @param counting false disables all counters
   */
  public ParserStats(boolean counting) {
    this.counting = counting;
  }

  /** Number of accepted request heads. */
  public long passed() {
    return (long) CELL.getOpaque(cells, PASSED);
  }

  /** Number of requests rejected for a reason. */
  public long rejected(RejectReason reason) {
    return (long) CELL.getOpaque(cells, reason.ordinal());
  }

  public void countPassed() {
    count(PASSED);
  }

  public void countRejected(RejectReason reason) {
    count(reason.ordinal());
  }

  private void count(int cell) {
    if (counting) {
      CELL.setOpaque(cells, cell, cells[cell] + 1);
    }
  }
}
