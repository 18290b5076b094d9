package dev.millrace.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The largest value of the last minute, in steps of ten seconds. One writer; any thread may read.
 */
final class RecentMaximum {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int STEPS = 6;

  private final long[] largest = new long[STEPS];
  private final long[] since = new long[STEPS];
  private int step;

  /**
   * Makes the first value begin a step, as one does every ten seconds. Otherwise the loop would be
   * compiled without that branch and deoptimized ten seconds after the start.
   */
  RecentMaximum(long nowNanos) {
    Arrays.fill(since, nowNanos - STEP_NANOS);
  }

  void record(long nowNanos, long value) {
    if (nowNanos - since[step] >= STEP_NANOS) {
      step = (step + 1) % STEPS;
      CELL.setOpaque(largest, step, 0L);
      CELL.setOpaque(since, step, nowNanos);
    }
    if (value > largest[step]) {
      CELL.setOpaque(largest, step, value);
    }
  }

  /** The largest value recorded in the minute before {@code nowNanos}; 0 if there was none. */
  long get(long nowNanos) {
    long maximum = 0;
    for (int i = 0; i < STEPS; i++) {
      if (nowNanos - (long) CELL.getOpaque(since, i) <= STEPS * STEP_NANOS) {
        maximum = Math.max(maximum, (long) CELL.getOpaque(largest, i));
      }
    }
    return maximum;
  }
}
