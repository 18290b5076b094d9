package dev.millrace.metrics;

import dev.millrace.metrics.HistogramCollector.Series;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Registers meters that read existing counters. A source is strongly referenced and read on scrapes
 * only.
 */
record MeterRegistrar(PrometheusMeterRegistry registry, List<Object> sources) {
  MeterRegistrar(PrometheusMeterRegistry registry) {
    this(registry, new ArrayList<>());
  }

  <T> void gauge(
      String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
    Gauge.builder(name, source, value)
        .strongReference(true)
        .description(description)
        .tags(Tags.of(tags))
        .register(registry);
  }

  <T> void counter(
      String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
    sources.add(source); // the counter references it weakly
    FunctionCounter.builder(name, source, value)
        .description(description)
        .tags(Tags.of(tags))
        .register(registry);
  }

  /** A constant 1 whose labels carry the information. */
  void info(String name, String description, String... tags) {
    gauge(name, description, registry, _ -> 1, tags);
  }

  /** One histogram without labels, summed over several writers. */
  static Supplier<List<Series>> one(List<dev.millrace.loop.Histogram> histograms) {
    Series series = Series.of(Labels.EMPTY, histograms);
    return () -> List.of(series);
  }

  void seconds(String name, String help, Supplier<List<Series>> series) {
    registry.getPrometheusRegistry().register(HistogramCollector.seconds(name, help, series));
  }

  void bytes(String name, String help, Supplier<List<Series>> series) {
    registry.getPrometheusRegistry().register(HistogramCollector.bytes(name, help, series));
  }

  void numbers(String name, String help, Supplier<List<Series>> series) {
    registry.getPrometheusRegistry().register(HistogramCollector.numbers(name, help, series));
  }
}
