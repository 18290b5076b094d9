package dev.millrace.metrics;

import dev.millrace.loop.Histogram;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;

/** Shows single-writer histograms, one for each value of a label, without locking their writer. */
final class HistogramCollector implements Collector {
  private final String name;
  private final String help;
  private final String label;
  private final Map<String, Histogram> histograms;

  /**
   * @param name with its unit, {@code _seconds}
   * @param histograms by the label's value
   */
  HistogramCollector(String name, String help, String label, Map<String, Histogram> histograms) {
    this.name = name;
    this.help = help;
    this.label = label;
    this.histograms = Map.copyOf(histograms);
  }

  @Override
  public MetricSnapshot collect() {
    HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder().name(name).help(help);
    histograms.forEach((value, histogram) ->
        snapshot.dataPoint(
            HistogramSnapshot.HistogramDataPointSnapshot.builder()
                .labels(Labels.of(label, value))
                .classicHistogramBuckets(buckets(histogram))
                .sum(histogram.sumNanos() / 1e9)
                .build()));
    return snapshot.build();
  }

  private static ClassicHistogramBuckets buckets(Histogram histogram) {
    long[] bounds = histogram.upperBoundsNanos();
    long[] counts = histogram.counts();
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < bounds.length; i++) {
      buckets.bucket(bounds[i] / 1e9, counts[i]);
    }
    return buckets.bucket(Double.POSITIVE_INFINITY, counts[bounds.length]).build();
  }
}
