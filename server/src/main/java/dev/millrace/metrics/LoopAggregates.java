package dev.millrace.metrics;

import dev.millrace.loop.Histogram;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Figures of several loops as one. Each loop counts for itself, so that nobody locks; what is shown
 * is the sum, or the worst where a sum has no meaning.
 */
public final class LoopAggregates {
  private LoopAggregates() {}

  /** All of them added up. */
  public static <T> ToDoubleFunction<List<T>> sum(ToLongFunction<T> one) {
    return all -> of(all, one);
  }

  /** The largest. */
  public static <T> ToDoubleFunction<List<T>> most(ToLongFunction<T> one) {
    return all -> all.stream().mapToLong(one).max().orElse(0);
  }

  /** All of them added up, now. */
  public static <T> long of(List<T> all, ToLongFunction<T> one) {
    long sum = 0;
    for (T each : all) {
      sum += one.applyAsLong(each);
    }
    return sum;
  }

  /** All of them added up, whenever it is asked. */
  public static <T> LongSupplier later(List<T> all, ToLongFunction<T> one) {
    return () -> of(all, one);
  }

  /** The histogram of each. */
  public static <T> List<Histogram> histograms(List<T> all, Function<T, Histogram> one) {
    return all.stream().map(one).toList();
  }

  /** Counts of histograms of the same bounds added up. */
  public static long[] counts(List<Histogram> histograms) {
    return histograms.stream().map(Histogram::counts).reduce(LoopAggregates::plus).orElseThrow();
  }

  /** Cell by cell; as long as each other. */
  public static long[] plus(long[] some, long[] more) {
    long[] both = some.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] += more[i];
    }
    return both;
  }
}
