package dev.millrace.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A histogram of durations with one writer. Recording is a short scan and two plain stores; any
 * thread may read, and sees counts that are whole and soon current (opaque access), though not all
 * of one instant.
 */
public final class Histogram {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] upperBoundsNanos;
  private final long[] counts;
  private final long[] sum = new long[1];

  /**
   * @param upperBoundsNanos inclusive, ascending; a last bucket without a bound is added
   */
  public Histogram(long... upperBoundsNanos) {
    this.upperBoundsNanos = upperBoundsNanos.clone();
    for (int i = 1; i < upperBoundsNanos.length; i++) {
      if (upperBoundsNanos[i] <= upperBoundsNanos[i - 1]) {
        throw new IllegalArgumentException("bounds ascend");
      }
    }
    this.counts = new long[upperBoundsNanos.length + 1];
  }

  /** Bounds at powers of two from 1.024 µs to about 8.6 s: fit for what a ring does. */
  public static Histogram powersOfTwo() {
    long[] bounds = new long[24];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = 1024L << i;
    }
    return new Histogram(bounds);
  }

  /** Counts a duration. The one writer only. */
  public void record(long nanos) {
    int bucket = 0;
    while (bucket < upperBoundsNanos.length && nanos > upperBoundsNanos[bucket]) {
      bucket++;
    }
    CELL.setOpaque(counts, bucket, counts[bucket] + 1);
    CELL.setOpaque(sum, 0, sum[0] + nanos);
  }

  /** The inclusive upper bounds; the bucket after the last has none. */
  public long[] upperBoundsNanos() {
    return upperBoundsNanos.clone();
  }

  /** Counts of each bucket, not cumulative; one more than there are bounds. */
  public long[] counts() {
    long[] copy = new long[counts.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (long) CELL.getOpaque(counts, i);
    }
    return copy;
  }

  /** All durations added up. */
  public long sumNanos() {
    return (long) CELL.getOpaque(sum, 0);
  }
}
