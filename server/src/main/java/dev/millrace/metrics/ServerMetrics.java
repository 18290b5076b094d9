package dev.millrace.metrics;

import dev.millrace.acme.AcmeManager;
import dev.millrace.cache.CacheStats;
import dev.millrace.certificate.CertificateStore;
import dev.millrace.digest.DigestService;
import dev.millrace.digest.DigestStore;
import dev.millrace.digest.Scrubber;
import dev.millrace.files.OpenFiles;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.http.http2.Http2Stats;
import dev.millrace.http.parser.ParserStats;
import dev.millrace.http.parser.RejectReason;
import dev.millrace.limits.LimitStats;
import dev.millrace.loop.ExponentialHistogram;
import dev.millrace.loop.Histogram;
import dev.millrace.metrics.HistogramCollector.Part;
import dev.millrace.metrics.HistogramCollector.Series;
import dev.millrace.sync.Mutex;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.tls.HandshakeStats;
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
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The server's meters in one registry. docs/metrics.md lists them. */
public final class ServerMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MeterRegistrar meters = new MeterRegistrar(registry);
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Mutex mutex = new Mutex();
  private boolean runtimeWatched;

  /**
   * Adds the meters of the Java runtime and the process. This takes a while; without this call, the
   * first scrape does it. Any thread.
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

  public MeterRegistry registry() {
    return registry;
  }

  /**
   * Selects the response format for a scraper: protobuf, OpenMetrics or Prometheus text, the first
   * accepted in that order. Only protobuf carries native histograms.
   *
   * @param accept the scraper's Accept field, or empty
   * @return the content type
   */
  public String format(String accept) {
    return formats.findWriter(accept).getContentType();
  }

  /** Writes all meters in a format returned by {@link #format}. */
  public void scrape(String format, OutputStream out) throws IOException {
    watchRuntime();
    ExpositionFormatWriter writer = formats.findWriter(format);
    writer.write(out, registry.getPrometheusRegistry().scrape());
  }

  public void build(String version) {
    meters.info(
        "millrace.build.info",
        "The running build and its Java version",
        "version",
        version,
        "java",
        Runtime.version().toString());
  }

  public void transport(String name, String reason) {
    meters.info(
        "millrace.transport.info",
        "The transport in use, and why it is not io_uring if it is not",
        "transport",
        name,
        "reason",
        reason);
  }

  /** Adds requests in flight, and durations and sizes by method and status class. */
  public void requests(List<RequestTracker> requests, List<RequestStats> stats) {
    meters.gauge(
        "http.server.active.requests",
        "Requests in flight",
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

  public void failures(List<ExchangeFailures> failures) {
    meters.counter(
        "millrace.request.failures",
        "Requests that failed because of an internal error",
        failures,
        LoopAggregates.sum(ExchangeFailures::count));
  }

  /** Adds reloads of the configuration that were applied, and those of an invalid one. */
  public void reloads(LongSupplier applied, LongSupplier refused) {
    String description = "Reloads of the configuration";
    meters.counter(
        "millrace.config.reloads",
        description,
        applied,
        LongSupplier::getAsLong,
        "result",
        "applied");
    meters.counter(
        "millrace.config.reloads",
        description,
        refused,
        LongSupplier::getAsLong,
        "result",
        "failed");
  }

  private static Supplier<List<Series>> series(
      List<RequestStats> stats,
      Function<RequestStats.Series, Histogram> histogram,
      Function<RequestStats.Series, @Nullable ExponentialHistogram> finer) {
    return () -> {
      Map<Labels, List<Part>> all = new LinkedHashMap<>();
      for (RequestStats loop : stats) {
        for (RequestStats.Series each : loop.all()) {
          Labels labels =
              Labels.of(
                  "http_request_method",
                  each.method(),
                  "http_response_status_class",
                  each.statusClass() + "xx");
          all.computeIfAbsent(labels, _ -> new ArrayList<>())
              .add(new Part(histogram.apply(each), finer.apply(each)));
        }
      }
      return all.entrySet().stream()
          .map(entry -> new Series(entry.getKey(), entry.getValue()))
          .toList();
    };
  }

  /**
   * Adds connections, for either transport.
   *
   * @param accepted in order of the loop's number
   */
  public void connections(
      List<LongSupplier> accepted,
      LongSupplier refused,
      LongSupplier open,
      List<RequestTracker> requests) {
    meters.counter(
        "millrace.connections.refused",
        "Connections rejected because too many were open",
        refused,
        LongSupplier::getAsLong);
    meters.gauge("millrace.connections.open", "Connections open", open, LongSupplier::getAsLong);
    meters.gauge(
        "millrace.connections.idle",
        "Connections open without a request in flight",
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

  /** Adds the HTTP parser: accepted request heads, and rejected requests by reason. */
  public void parser(List<ParserStats> stats) {
    meters.counter(
        "millrace.requests.accepted",
        "Request heads accepted by the parser",
        stats,
        LoopAggregates.sum(ParserStats::passed));
    for (RejectReason reason : RejectReason.values()) {
      meters.counter(
          "millrace.requests.rejected",
          "Requests rejected by the parser",
          stats,
          LoopAggregates.sum(each -> each.rejected(reason)),
          "reason",
          reason.label());
    }
  }

  /** Adds a thread pool's queue and busy threads. */
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

  /** Adds digests: computed, shared, failed, rejected, queued and stored. */
  public void digests(DigestService digests, DigestStore store) {
    meters.counter("millrace.digest.computed", "Files hashed", digests, DigestService::computed);
    meters.counter(
        "millrace.digest.coalesced",
        "Requests that shared the hashing of a file with another request",
        digests,
        DigestService::coalesced);
    meters.counter(
        "millrace.digest.failed", "Files that could not be hashed", digests, DigestService::failed);
    meters.counter(
        "millrace.digest.refused",
        "Requests rejected because too many waited for a digest",
        digests,
        DigestService::refused);
    meters.counter(
        "millrace.digest.read.bytes",
        "Bytes read for hashing",
        digests,
        DigestService::hashedBytes);
    meters.gauge(
        "millrace.digest.queue.depth",
        "Files waiting or being hashed",
        digests,
        DigestService::jobs);
    meters.gauge(
        "millrace.digest.index.files", "Files in the digest index", store, DigestStore::files);
  }

  /** Adds the scrubber. */
  public void scrub(Scrubber scrubber) {
    meters.gauge(
        "millrace.digest.corrupt.files",
        "Files whose content differs from the hashed content although size and time are the same",
        scrubber,
        Scrubber::corruptFiles);
    meters.counter(
        "millrace.digest.scrubbed.bytes",
        "Bytes reread by the scrubber",
        scrubber,
        Scrubber::readBytes);
  }

  /** Adds the access log. */
  public void accessLog(LongSupplier written, LongSupplier dropped) {
    meters.counter(
        "millrace.access.log.entries", "Requests logged", written, LongSupplier::getAsLong);
    meters.counter(
        "millrace.access.log.dropped",
        "Requests not logged because the log was slow or could not be written",
        dropped,
        LongSupplier::getAsLong);
  }

  /**
   * Adds one mount's caches of open files, one per loop.
   *
   * @param mount a name unique among the mounts
   */
  public void openFiles(List<Supplier<@Nullable OpenFiles>> files, String mount) {
    meters.counter(
        "millrace.files.cache.hits",
        "Opens served by an open file",
        files,
        sum(OpenFiles::hits),
        "mount",
        mount);
    meters.counter(
        "millrace.files.cache.misses",
        "Opens that resolved the path",
        files,
        sum(OpenFiles::misses),
        "mount",
        mount);
  }

  private static ToDoubleFunction<List<Supplier<@Nullable OpenFiles>>> sum(
      ToLongFunction<OpenFiles> figure) {
    return files -> {
      long sum = 0;
      for (Supplier<@Nullable OpenFiles> each : files) {
        OpenFiles now = each.get(); // null once a reload has removed the mount
        sum += now == null ? 0 : figure.applyAsLong(now);
      }
      return sum;
    };
  }

  /** Adds the response caches, one per loop. */
  public void responseCache(List<CacheStats> stats) {
    meters.counter(
        "millrace.response.cache.hits",
        "Requests served from the response cache",
        stats,
        LoopAggregates.sum(CacheStats::hits));
    meters.counter(
        "millrace.response.cache.misses",
        "Cacheable requests not served from the response cache",
        stats,
        LoopAggregates.sum(CacheStats::misses));
    meters.gauge(
        "millrace.response.cache.entries",
        "Cached responses",
        stats,
        LoopAggregates.sum(CacheStats::answers));
    meters.gauge(
        "millrace.response.cache.bytes",
        "Memory used by cached responses",
        stats,
        LoopAggregates.sum(CacheStats::bytes));
  }

  /** For the meters of one transport. */
  public MeterRegistrar meters() {
    return meters;
  }

  /**
   * Adds TLS handshakes and certificates.
   *
   * @param stats in order of the loop's number
   */
  public void tls(List<HandshakeStats> stats, CertificateStore certificates) {
    new TlsMetrics(meters).register(stats, certificates);
  }

  /** Adds how often limits were exceeded. */
  public void limits(LimitStats stats, LongSupplier clients) {
    LimitMetrics.register(meters, stats, clients);
  }

  /** Adds HTTP/2 connections, in order of the loop's number. */
  public void http2(List<Http2Stats> stats) {
    new Http2Metrics(meters).register(stats);
  }

  /** Adds the orders of certificates. */
  public void acme(AcmeManager acme) {
    meters.counter(
        "millrace.acme.certificates.issued", "Certificates issued", acme, AcmeManager::issued);
    meters.counter(
        "millrace.acme.failures",
        "Orders of certificates that failed",
        acme,
        AcmeManager::failures);
  }

  @Override
  public void close() {
    mutex.lock();
    runtimeWatched = true; // prevents a later start
    mutex.unlock();
    gc.close();
    registry.close();
  }
}
