package dev.millrace.metrics;

import dev.millrace.loop.ExponentialHistogram;
import dev.millrace.loop.Histogram;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Turns counters and histograms that only grow into values per interval between two calls. One
 * thread calls each supplier. NaN means no events.
 */
public final class RateSamplers {
  private RateSamplers() {}

  /** Growth per second. */
  public static DoubleSupplier rate(LongSupplier counter) {
    long[] last = {counter.getAsLong(), System.nanoTime()};
    return () -> {
      long value = counter.getAsLong();
      long now = System.nanoTime();
      double rate = (value - last[0]) * 1e9 / Math.max(1, now - last[1]);
      last[0] = value;
      last[1] = now;
      return rate;
    };
  }

  /** Growth of one counter per step of another. */
  public static DoubleSupplier ratio(LongSupplier counter, LongSupplier steps) {
    long[] last = {counter.getAsLong(), steps.getAsLong()};
    return () -> {
      long value = counter.getAsLong();
      long step = steps.getAsLong();
      double ratio = step == last[1] ? Double.NaN : (double) (value - last[0]) / (step - last[1]);
      last[0] = value;
      last[1] = step;
      return ratio;
    };
  }

  /**
   * A quantile, in seconds, of the durations recorded in the interval.
   *
   * @param histograms summed; at least one, all with the same bounds
   */
  public static DoubleSupplier quantile(double quantile, List<Histogram> histograms) {
    long[] bounds = histograms.getFirst().upperBounds();
    double[] seconds = new double[bounds.length + 1];
    for (int i = 0; i < bounds.length; i++) {
      seconds[i] = bounds[i] / 1e9;
    }
    seconds[bounds.length] = seconds[bounds.length - 1];
    long[][] last = {LoopAggregates.counts(histograms)};
    return () -> {
      long[] counts = LoopAggregates.counts(histograms);
      long[] grown = difference(counts, last[0]);
      last[0] = counts;
      return at(quantile, grown, seconds);
    };
  }

  /** A quantile over a list of histograms that may grow. */
  public static DoubleSupplier quantile(
      double quantile, Supplier<List<ExponentialHistogram>> histograms) {
    long[][] last = {new long[0]};
    return () -> {
      List<ExponentialHistogram> all = histograms.get();
      if (all.isEmpty()) {
        return Double.NaN;
      }
      long[] counts = new long[all.getFirst().counts().length + 1];
      for (ExponentialHistogram histogram : all) {
        long[] cells = histogram.counts();
        counts[0] += histogram.zeroCount();
        for (int i = 0; i < cells.length; i++) {
          counts[i + 1] += cells[i];
        }
      }
      long[] grown = difference(counts, last[0]);
      last[0] = counts;
      double[] bounds = new double[counts.length];
      for (int i = 0; i < bounds.length; i++) {
        bounds[i] = ExponentialHistogram.upperBound(all.getFirst().firstBucket() - 1 + i);
      }
      return at(quantile, grown, bounds);
    };
  }

  private static long[] difference(long[] counts, long[] before) {
    long[] grown = counts.clone();
    for (int i = 0; i < before.length; i++) {
      grown[i] -= before[i];
    }
    return grown;
  }

  /** The quantile, interpolated within its bucket as in Prometheus. */
  public static double at(double quantile, long[] counts, double[] upperBounds) {
    long all = Arrays.stream(counts).sum();
    if (all <= 0) {
      return Double.NaN;
    }
    double rank = quantile * all;
    long below = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0 && below + counts[i] >= rank) {
        double from = i == 0 ? 0 : upperBounds[i - 1];
        return from + (upperBounds[i] - from) * ((rank - below) / counts[i]);
      }
      below += counts[i];
    }
    return upperBounds[upperBounds.length - 1];
  }
}
