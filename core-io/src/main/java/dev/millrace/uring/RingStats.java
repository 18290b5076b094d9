package dev.millrace.uring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A ring's counters. Written by the ring's thread only, without locked instructions. Any thread may
 * read whole and soon current values (opaque access).
 */
public final class RingStats {
  private static final VarHandle COUNTERS = MethodHandles.arrayElementVarHandle(long[].class);

  public enum Counter {
    /** Enter calls. */
    ENTERS,
    /** Operations submitted. */
    SUBMITTED,
    /** Completions reaped. */
    COMPLETED,
    /** How often the submission queue was full and was submitted early. */
    SQ_FULL,
    /** Enter calls after which the completion queue had overflowed. */
    CQ_OVERFLOW,
    /** Operations submitted by the last enter call: the batch size or queue depth. */
    LAST_BATCH
  }

  private final long[] values = new long[Counter.values().length];

  RingStats() {}

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
