package dev.millrace.metrics;

import dev.millrace.loop.Histogram;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Aggregates metrics of several loops. Each loop counts separately, so no lock is needed. The
 * aggregate is the sum, or the maximum where a sum has no meaning.
 */
public final class LoopAggregates {
  private LoopAggregates() {}

  /** The sum as a function of the list. */
  public static <T> ToDoubleFunction<List<T>> sum(ToLongFunction<T> value) {
    return all -> of(all, value);
  }

  /** The maximum as a function of the list. */
  public static <T> ToDoubleFunction<List<T>> most(ToLongFunction<T> value) {
    return all -> all.stream().mapToLong(value).max().orElse(0);
  }

  /** The sum now. */
  public static <T> long of(List<T> all, ToLongFunction<T> value) {
    long sum = 0;
    for (T each : all) {
      sum += value.applyAsLong(each);
    }
    return sum;
  }

  /** The sum at each call. */
  public static <T> LongSupplier later(List<T> all, ToLongFunction<T> value) {
    return () -> of(all, value);
  }

  public static <T> List<Histogram> histograms(List<T> all, Function<T, Histogram> value) {
    return all.stream().map(value).toList();
  }

  /** The summed counts of histograms with equal bounds. */
  public static long[] counts(List<Histogram> histograms) {
    return histograms.stream().map(Histogram::counts).reduce(LoopAggregates::plus).orElseThrow();
  }

  /** The sums cell by cell; both arrays have the same length. */
  public static long[] plus(long[] some, long[] more) {
    long[] both = some.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] += more[i];
    }
    return both;
  }
}
