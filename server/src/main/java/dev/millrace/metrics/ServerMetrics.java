package dev.millrace.metrics;

import dev.millrace.cache.CacheStats;
import dev.millrace.digest.DigestService;
import dev.millrace.digest.DigestStore;
import dev.millrace.digest.Scrubber;
import dev.millrace.files.OpenFiles;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.http.parser.ParserStats;
import dev.millrace.http.parser.RejectReason;
import dev.millrace.loop.ExponentialHistogram;
import dev.millrace.loop.Histogram;
import dev.millrace.metrics.HistogramCollector.Part;
import dev.millrace.metrics.HistogramCollector.Series;
import dev.millrace.sync.Mutex;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.uring.RingWorker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The server's meters, in one registry. docs/metrics.md lists them. */
public final class ServerMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MeterRegistrar meters = new MeterRegistrar(registry);
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Mutex mutex = new Mutex();
  private boolean runtimeWatched;

  /**
   * Adds the meters of the Java runtime and of the process, which take a while to make; the first
   * scrape does it otherwise. Any thread.
   */
  public void watchRuntime() {
    mutex.lock();
    try {
      if (!runtimeWatched) {
        runtimeWatched = true;
        gc.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        ProcessMetrics.builder().register(registry.getPrometheusRegistry());
      }
    } finally {
      mutex.unlock();
    }
  }

  /** Where other meters register. */
  public MeterRegistry registry() {
    return registry;
  }

  /**
   * The format that a scraper gets: protobuf, OpenMetrics or Prometheus's text, whichever is
   * accepted first in that order. Only protobuf carries native histograms.
   *
   * @param accept the scraper's Accept header, or empty
   * @return the content type
   */
  public String format(String accept) {
    return formats.findWriter(accept).getContentType();
  }

  /** Writes all meters in a format that {@link #format} named. */
  public void scrape(String format, OutputStream out) throws IOException {
    watchRuntime();
    ExpositionFormatWriter writer = formats.findWriter(format);
    writer.write(out, registry.getPrometheusRegistry().scrape());
  }

  /** Which build this is. */
  public void build(String version) {
    meters.info(
        "millrace.build.info",
        "Which build runs, on which Java",
        "version",
        version,
        "java",
        Runtime.version().toString());
  }

  /** Which transport serves, and why not the other. */
  public void transport(String name, String reason) {
    meters.info(
        "millrace.transport.info",
        "Which transport serves, and why io_uring does not if it does not",
        "transport",
        name,
        "reason",
        reason);
  }

  /** Requests: those under way; durations and sizes by method and class of status. */
  public void requests(List<RequestTracker> requests, List<RequestStats> stats) {
    meters.gauge(
        "http.server.active.requests",
        "Requests under way",
        requests,
        LoopAggregates.sum(RequestTracker::active));
    meters.seconds(
        "http_server_request_duration_seconds",
        "Duration of HTTP server requests",
        series(stats, RequestStats.Series::durations, RequestStats.Series::finerDurations));
    meters.bytes(
        "http_server_response_body_size_bytes",
        "Size of HTTP server response bodies",
        series(stats, RequestStats.Series::responseBytes, _ -> null));
    meters.bytes(
        "http_server_request_body_size_bytes",
        "Size of HTTP server request bodies, of requests that announced one",
        series(stats, RequestStats.Series::requestBytes, _ -> null));
  }

  /** Requests that a defect of the server ended. */
  public void failures(List<ExchangeFailures> failures) {
    meters.counter(
        "millrace.request.failures",
        "Requests that a step of the server failed",
        failures,
        LoopAggregates.sum(ExchangeFailures::count));
  }

  private static Supplier<List<Series>> series(
      List<RequestStats> stats,
      Function<RequestStats.Series, Histogram> histogram,
      Function<RequestStats.Series, @Nullable ExponentialHistogram> finer) {
    return () -> {
      Map<Labels, List<Part>> all = new LinkedHashMap<>();
      for (RequestStats loop : stats) {
        for (RequestStats.Series one : loop.all()) {
          Labels labels =
              Labels.of(
                  "http_request_method",
                  one.method(),
                  "http_response_status_class",
                  one.statusClass() + "xx");
          all.computeIfAbsent(labels, _ -> new ArrayList<>())
              .add(new Part(histogram.apply(one), finer.apply(one)));
        }
      }
      return all.entrySet().stream().map(one -> new Series(one.getKey(), one.getValue())).toList();
    };
  }

  /**
   * Connections, whatever carries them.
   *
   * @param accepted by the number of the loop that they are on
   */
  public void connections(
      List<LongSupplier> accepted,
      LongSupplier refused,
      LongSupplier open,
      List<RequestTracker> requests) {
    meters.counter(
        "millrace.connections.refused",
        "Connections refused because too many were open",
        refused,
        LongSupplier::getAsLong);
    meters.gauge("millrace.connections.open", "Connections open", open, LongSupplier::getAsLong);
    meters.gauge(
        "millrace.connections.idle",
        "Connections open without a request under way",
        open,
        s -> Math.max(0, s.getAsLong() - LoopAggregates.of(requests, RequestTracker::active)));
    meters.counter(
        "millrace.connections.accepted",
        "Connections accepted",
        accepted,
        LoopAggregates.sum(LongSupplier::getAsLong));
    for (int i = 0; i < accepted.size(); i++) {
      meters.counter(
          "millrace.loop.connections.accepted",
          "Connections that one loop accepted",
          accepted.get(i),
          LongSupplier::getAsLong,
          "loop",
          String.valueOf(i));
    }
  }

  /** The gate: heads passed on, and what it refused by reason. */
  public void parser(List<ParserStats> stats) {
    meters.counter(
        "millrace.requests.accepted",
        "Request heads passed on",
        stats,
        LoopAggregates.sum(ParserStats::passed));
    for (RejectReason reason : RejectReason.values()) {
      meters.counter(
          "millrace.requests.rejected",
          "Requests refused by the gate",
          stats,
          LoopAggregates.sum(one -> one.rejected(reason)),
          "reason",
          reason.label());
    }
  }

  /** A pool's queue. */
  public void pool(String name, ThreadPool pool) {
    meters.gauge(
        "millrace.pool.queue.depth",
        "Tasks waiting for a thread of a pool",
        pool,
        ThreadPool::queueDepth,
        "pool",
        name);
    meters.gauge(
        "millrace.pool.active.workers",
        "Threads of a pool that are busy",
        pool,
        ThreadPool::activeWorkers,
        "pool",
        name);
  }

  /** Digests: what is hashed, for whom, and what is known. */
  public void digests(DigestService digests, DigestStore store) {
    meters.counter("millrace.digest.computed", "Files hashed", digests, DigestService::computed);
    meters.counter(
        "millrace.digest.coalesced",
        "Requests that shared the hashing of a file with another",
        digests,
        DigestService::coalesced);
    meters.counter(
        "millrace.digest.failed", "Files that could not be hashed", digests, DigestService::failed);
    meters.counter(
        "millrace.digest.refused",
        "Requests refused because too many waited for a digest",
        digests,
        DigestService::refused);
    meters.counter(
        "millrace.digest.read.bytes",
        "Bytes read to be hashed",
        digests,
        DigestService::hashedBytes);
    meters.gauge(
        "millrace.digest.queue.depth",
        "Files waiting or being hashed",
        digests,
        DigestService::jobs);
    meters.gauge(
        "millrace.digest.index.files", "Files in the index of digests", store, DigestStore::files);
  }

  /** Files that are read again. */
  public void scrub(Scrubber scrubber) {
    meters.gauge(
        "millrace.digest.corrupt.files",
        "Files whose bytes are not those that were hashed, though size and time are the same",
        scrubber,
        Scrubber::corruptFiles);
    meters.counter(
        "millrace.digest.scrubbed.bytes",
        "Bytes read again to be compared",
        scrubber,
        Scrubber::readBytes);
  }

  /** The access log: entries written, and entries lost. */
  public void accessLog(LongSupplier written, LongSupplier dropped) {
    meters.counter(
        "millrace.access.log.entries", "Requests noted", written, LongSupplier::getAsLong);
    meters.counter(
        "millrace.access.log.dropped",
        "Requests not noted because the log was slow or could not be written",
        dropped,
        LongSupplier::getAsLong);
  }

  /**
   * Files of one mount kept open between requests, by each loop.
   *
   * @param mount a name that no other mount has
   */
  public void openFiles(List<OpenFiles> files, String mount) {
    meters.counter(
        "millrace.files.cache.hits",
        "Opens of files that were open",
        files,
        LoopAggregates.sum(OpenFiles::hits),
        "mount",
        mount);
    meters.counter(
        "millrace.files.cache.misses",
        "Opens that were resolved",
        files,
        LoopAggregates.sum(OpenFiles::misses),
        "mount",
        mount);
  }

  /** Answers from the memory of each loop. */
  public void responseCache(List<CacheStats> stats) {
    meters.counter(
        "millrace.response.cache.hits",
        "Requests answered from memory",
        stats,
        LoopAggregates.sum(CacheStats::hits));
    meters.counter(
        "millrace.response.cache.misses",
        "Requests that could have been answered from memory and were not",
        stats,
        LoopAggregates.sum(CacheStats::misses));
    meters.gauge(
        "millrace.response.cache.entries",
        "Answers kept in memory",
        stats,
        LoopAggregates.sum(CacheStats::answers));
    meters.gauge(
        "millrace.response.cache.bytes",
        "Memory that they take",
        stats,
        LoopAggregates.sum(CacheStats::bytes));
  }

  /** The rings, their loops and the transport on them, by the number of the loop. */
  public void ring(List<RingWorker> workers) {
    new RingMetrics(meters).register(workers);
  }

  @Override
  public void close() {
    mutex.lock();
    runtimeWatched = true; // from now on it is not begun any more
    mutex.unlock();
    gc.close();
    registry.close();
  }
}
