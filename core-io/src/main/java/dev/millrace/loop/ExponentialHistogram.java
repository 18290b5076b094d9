package dev.millrace.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A single-writer histogram whose buckets grow by a constant factor, eight per power of two, so a
 * quantile is off by at most 9 %. The buckets are those of Prometheus's native histograms with
 * schema 3 (OpenTelemetry's scale 3): bucket {@code i} holds values in {@code (2^((i-1)/8),
 * 2^(i/8)]}.
 *
 * <p>The range is fixed, so the histogram never grows: values at or below the smallest bound count
 * as zero, values above the largest count in the last bucket. Any thread may read, as with {@link
 * Histogram}.
 */
public final class ExponentialHistogram {
  /** Prometheus's schema number for eight buckets per power of two. */
  public static final int SCHEMA = 3;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int PER_OCTAVE = 1 << SCHEMA;
  private static final long MANTISSA = (1L << 52) - 1;

  /** Mantissa bits of 2^(i/8): the bucket bounds within a power of two. */
  private static final long[] STEPS = steps();

  private final int lowestExponent;
  private final int lowestIndex;
  private final long[] counts;
  private final long[] zero = new long[1];

  /**
   * Creates an empty histogram for values between two powers of two.
   *
   * @param lowestExponent 2 to this power is the largest value counted as zero
   * @param highestExponent 2 to this power is the end of the last bucket
   */
  public ExponentialHistogram(int lowestExponent, int highestExponent) {
    if (lowestExponent >= highestExponent || lowestExponent < -1000 || highestExponent > 1000) {
      throw new IllegalArgumentException(
          "exponents must ascend and be within -1000 to 1000: "
              + lowestExponent
              + ", "
              + highestExponent);
    }
    this.lowestExponent = lowestExponent;
    this.lowestIndex = lowestExponent * PER_OCTAVE + 1;
    this.counts = new long[(highestExponent - lowestExponent) * PER_OCTAVE];
  }

  private static long[] steps() {
    long[] steps = new long[PER_OCTAVE];
    for (int i = 0; i < PER_OCTAVE; i++) {
      steps[i] = Double.doubleToRawLongBits(Math.pow(2, (double) i / PER_OCTAVE)) & MANTISSA;
    }
    return steps;
  }

  /** Records a value, in the unit of the bounds. Writer thread only. */
  public void record(double value) {
    int cell = bucketIndex(value) - lowestIndex;
    if (cell < 0) {
      CELL.setOpaque(zero, 0, zero[0] + 1);
    } else {
      int last = Math.min(cell, counts.length - 1);
      CELL.setOpaque(counts, last, counts[last] + 1);
    }
  }

  /** The bucket of a positive value; a very small number for other values. */
  static int bucketIndex(double value) {
    if (!(value > 0)) {
      return Integer.MIN_VALUE / 2;
    }
    long bits = Double.doubleToRawLongBits(value);
    long mantissa = bits & MANTISSA;
    int step = 0;
    while (step < PER_OCTAVE && mantissa > STEPS[step]) {
      step++;
    }
    return (Math.getExponent(value) * PER_OCTAVE) + step;
  }

  /** The inclusive upper bound of a bucket. */
  public static double upperBound(int bucket) {
    return Math.pow(2, (double) bucket / PER_OCTAVE);
  }

  /** The largest value that counts as zero. */
  public double zeroThreshold() {
    return Math.pow(2, lowestExponent);
  }

  /** Number of values counted as zero. */
  public long zeroCount() {
    return (long) CELL.getOpaque(zero, 0);
  }

  /** The index of the first bucket in {@link #counts}. */
  public int firstBucket() {
    return lowestIndex;
  }

  /** Counts per bucket, not cumulative, from {@link #firstBucket} on. */
  public long[] counts() {
    long[] copy = new long[counts.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (long) CELL.getOpaque(counts, i);
    }
    return copy;
  }
}
