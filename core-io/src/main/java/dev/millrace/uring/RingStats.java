package dev.millrace.uring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A ring's counters. Written by the ring's thread alone, without a locked instruction; any thread
 * may read, and sees values that are whole and soon current (opaque access).
 */
public final class RingStats {
  private static final VarHandle COUNTERS = MethodHandles.arrayElementVarHandle(long[].class);

  /** What is counted. */
  public enum Counter {
    /** Enter calls. */
    ENTERS,
    /** Submissions handed to the kernel. */
    SUBMITTED,
    /** Completions reaped. */
    COMPLETED,
    /** Times the submission queue was full and had to be submitted early. */
    SQ_FULL,
    /** Turns on which the completion queue had overflowed. */
    CQ_OVERFLOW,
    /** Submissions handed over by the last enter call: the batch, or depth, of the queue. */
    LAST_BATCH
  }

  private final long[] values = new long[Counter.values().length];

  RingStats() {}

  /** A counter's present value. */
  public long get(Counter counter) {
    return (long) COUNTERS.getOpaque(values, counter.ordinal());
  }

  void add(Counter counter, long amount) {
    set(counter, values[counter.ordinal()] + amount);
  }

  void set(Counter counter, long value) {
    COUNTERS.setOpaque(values, counter.ordinal(), value);
  }
}
