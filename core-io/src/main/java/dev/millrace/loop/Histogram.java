package dev.millrace.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A single-writer histogram, of durations in nanoseconds unless its owner documents otherwise.
 * Recording is a short scan and two plain stores. Any thread may read: it sees whole and soon
 * current counts (opaque access), though not a consistent snapshot.
 */
public final class Histogram {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] upperBounds;
  private final long[] counts;
  private final long[] sum = new long[1];

  /**
   * @param upperBounds inclusive, ascending; a last unbounded bucket is added
   */
  public Histogram(long... upperBounds) {
    this.upperBounds = upperBounds.clone();
    for (int i = 1; i < upperBounds.length; i++) {
      if (upperBounds[i] <= upperBounds[i - 1]) {
        throw new IllegalArgumentException("upperBounds must ascend");
      }
    }
    this.counts = new long[upperBounds.length + 1];
  }

  /** Bounds at powers of two from 1.024 µs to about 8.6 s, for latencies of a ring. */
  public static Histogram powersOfTwo() {
    long[] bounds = new long[24];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = 1024L << i;
    }
    return new Histogram(bounds);
  }

  /** For numbers: bounds at 0 and at powers of two from 1 to 1024. */
  public static Histogram ofNumbers() {
    long[] bounds = new long[12];
    for (int i = 1; i < bounds.length; i++) {
      bounds[i] = 1L << (i - 1);
    }
    return new Histogram(bounds);
  }

  /** Records a value. Writer thread only. */
  public void record(long value) {
    int bucket = 0;
    while (bucket < upperBounds.length && value > upperBounds[bucket]) {
      bucket++;
    }
    CELL.setOpaque(counts, bucket, counts[bucket] + 1);
    CELL.setOpaque(sum, 0, sum[0] + value);
  }

  /** The inclusive upper bounds; the last bucket has none. */
  public long[] upperBounds() {
    return upperBounds.clone();
  }

  /** Counts per bucket, not cumulative; one more than there are bounds. */
  public long[] counts() {
    long[] copy = new long[counts.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (long) CELL.getOpaque(counts, i);
    }
    return copy;
  }

  /** The sum of all values. */
  public long sum() {
    return (long) CELL.getOpaque(sum, 0);
  }
}
