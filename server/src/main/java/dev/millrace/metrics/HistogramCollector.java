package dev.millrace.metrics;

import dev.millrace.loop.ExponentialHistogram;
import dev.millrace.loop.Histogram;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Exposes single-writer histograms, one per set of labels, without locking their writers. The
 * histograms of several loops are summed.
 */
final class HistogramCollector implements Collector {
  /**
   * One writer's histogram.
   *
   * @param finer the same values as a native histogram, or null
   */
  record Part(Histogram histogram, @Nullable ExponentialHistogram finer) {}

  /**
   * One exposed histogram.
   *
   * @param parts summed; at least one, all with the same bounds
   */
  record Series(Labels labels, List<Part> parts) {
    /** Without native histograms. */
    static Series of(Labels labels, List<Histogram> histograms) {
      return new Series(
          labels, histograms.stream().map(histogram -> new Part(histogram, null)).toList());
    }
  }

  private static final int MAX_READS = 1000;

  private final String name;
  private final String help;
  private final @Nullable Unit unit;
  private final double scale;
  private final Supplier<List<Series>> series;

  private HistogramCollector(
      String name, String help, @Nullable Unit unit, double scale, Supplier<List<Series>> series) {
    this.name = name;
    this.help = help;
    this.unit = unit;
    this.scale = scale;
    this.series = series;
  }

  /** Durations recorded in nanoseconds; the name ends in {@code _seconds}. */
  static HistogramCollector seconds(String name, String help, Supplier<List<Series>> series) {
    return new HistogramCollector(name, help, Unit.SECONDS, 1e-9, series);
  }

  /** Sizes; the name ends in {@code _bytes}. */
  static HistogramCollector bytes(String name, String help, Supplier<List<Series>> series) {
    return new HistogramCollector(name, help, Unit.BYTES, 1, series);
  }

  /** Numbers without a unit. */
  static HistogramCollector numbers(String name, String help, Supplier<List<Series>> series) {
    return new HistogramCollector(name, help, null, 1, series);
  }

  @Override
  public MetricSnapshot collect() {
    HistogramSnapshot.Builder snapshot =
        HistogramSnapshot.builder().name(name).help(help).unit(unit);
    for (Series each : series.get()) {
      HistogramDataPointSnapshot.Builder point =
          HistogramDataPointSnapshot.builder().labels(each.labels());
      point.sum(each.parts().stream().mapToLong(part -> part.histogram().sum()).sum() * scale);
      counts(point, each.parts());
      snapshot.dataPoint(point.build());
    }
    return snapshot.build();
  }

  /** The counts read from one part, or from several summed. */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  private record Counts(long[] counts, long zero, long @Nullable [] finer) {
    Counts plus(Counts other) {
      long[] both =
          finer == null || other.finer == null ? null : LoopAggregates.plus(finer, other.finer);
      return new Counts(LoopAggregates.plus(counts, other.counts), zero + other.zero, both);
    }
  }

  private void counts(HistogramDataPointSnapshot.Builder point, List<Part> parts) {
    Counts all = parts.stream().map(HistogramCollector::read).reduce(Counts::plus).orElseThrow();
    ExponentialHistogram shape = parts.getFirst().finer();
    long[] finer = all.finer();
    if (shape != null && finer != null) {
      point
          .nativeSchema(ExponentialHistogram.SCHEMA)
          .nativeZeroThreshold(shape.zeroThreshold())
          .nativeZeroCount(all.zero())
          .nativeBucketsForPositiveValues(buckets(shape.firstBucket(), finer));
    }
    point.classicHistogramBuckets(buckets(parts.getFirst().histogram(), all.counts()));
  }

  /**
   * Reads both histograms until they agree: the Prometheus client rejects two views of one
   * histogram that disagree, and either may grow while the other is read. If the writer never
   * pauses, the native histogram is omitted.
   */
  private static Counts read(Part part) {
    long[] counts = part.histogram().counts();
    ExponentialHistogram finer = part.finer();
    for (int i = 0; finer != null && i < MAX_READS; i++) {
      long zero = finer.zeroCount();
      long[] cells = finer.counts();
      if (zero + Arrays.stream(cells).sum() == Arrays.stream(counts).sum()) {
        return new Counts(counts, zero, cells);
      }
      counts = part.histogram().counts();
    }
    return new Counts(counts, 0, null);
  }

  private ClassicHistogramBuckets buckets(Histogram histogram, long[] counts) {
    long[] bounds = histogram.upperBounds();
    double[] scaled = new double[bounds.length + 1];
    for (int i = 0; i < bounds.length; i++) {
      // Divides, so that 5 000 000 ns become 0.005 and not the product 0.005000000000000001.
      scaled[i] = scale == 1 ? bounds[i] : bounds[i] / 1e9;
    }
    scaled[bounds.length] = Double.POSITIVE_INFINITY;
    return ClassicHistogramBuckets.of(scaled, counts);
  }

  private static NativeHistogramBuckets buckets(int first, long[] counts) {
    NativeHistogramBuckets.Builder buckets = NativeHistogramBuckets.builder();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        buckets.bucket(first + i, counts[i]);
      }
    }
    return buckets.build();
  }
}
