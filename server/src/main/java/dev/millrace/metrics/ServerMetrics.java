package dev.millrace.metrics;

import dev.millrace.digest.DigestService;
import dev.millrace.digest.DigestStore;
import dev.millrace.digest.Scrubber;
import dev.millrace.gate.GateStats;
import dev.millrace.gate.RejectReason;
import dev.millrace.http.RequestTracker;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.Histogram;
import dev.millrace.loop.LoopStats;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.RingWorker;
import dev.millrace.transport.TransportStats;
import dev.millrace.transport.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingStats;
import dev.millrace.uring.RingStats.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/** The server's meters, in one registry. */
public final class ServerMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  public ServerMetrics() {
    gc.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Where other meters register. */
  public MeterRegistry registry() {
    return registry;
  }

  /**
   * All meters as text.
   *
   * @param accept the scraper's Accept header: OpenMetrics if it asks for it
   */
  public String scrape(String accept) {
    return registry.scrape(accept);
  }

  /** Which transport serves, and why not the other. */
  public void transport(String name, String reason) {
    Gauge.builder("millrace.transport.info", () -> 1)
        .description("Which transport serves, and why io_uring does not if it does not")
        .tag("transport", name)
        .tag("reason", reason)
        .register(registry);
  }

  /** Requests: active ones, and durations by status class. */
  public void requests(RequestTracker requests) {
    gauge("http.server.active.requests", "Requests under way", requests, RequestTracker::active);
    Map<String, Histogram> byClass = new LinkedHashMap<>();
    for (int statusClass = 1; statusClass <= 5; statusClass++) {
      byClass.put(statusClass + "xx", requests.durations(statusClass));
    }
    histograms(
        "http_server_request_duration_seconds",
        "Duration of HTTP server requests",
        "http_response_status_class",
        byClass);
  }

  /** The gate: heads passed on, and what it refused by reason. */
  public void gate(GateStats stats) {
    counter("millrace.gate.passed", "Request heads passed on", stats, GateStats::passed);
    for (RejectReason reason : RejectReason.values()) {
      FunctionCounter.builder("millrace.gate.rejected", stats, s -> s.rejected(reason))
          .description("Requests refused by the gate")
          .tag("reason", reason.label())
          .register(registry);
    }
  }

  /** The worker pool's queue. */
  public void pool(ThreadPool pool) {
    gauge("millrace.pool.queue.depth", "Tasks waiting for a worker", pool, ThreadPool::queueDepth);
    gauge("millrace.pool.active.workers", "Workers busy", pool, ThreadPool::activeWorkers);
  }

  /** Digests: what is hashed, for whom, and what is known. */
  public void digests(DigestService digests, DigestStore store) {
    counter("millrace.digest.computed", "Files hashed", digests, DigestService::computed);
    counter(
        "millrace.digest.coalesced",
        "Requests that shared the hashing of a file with another",
        digests,
        DigestService::coalesced);
    counter(
        "millrace.digest.failed", "Files that could not be hashed", digests, DigestService::failed);
    counter(
        "millrace.digest.refused",
        "Requests refused because too many waited for a digest",
        digests,
        DigestService::refused);
    counter(
        "millrace.digest.read.bytes",
        "Bytes read to be hashed",
        digests,
        DigestService::hashedBytes);
    gauge(
        "millrace.digest.queue.depth",
        "Files waiting or being hashed",
        digests,
        DigestService::jobs);
    gauge(
        "millrace.digest.index.files", "Files in the index of digests", store, DigestStore::files);
  }

  /** Files that are read again. */
  public void scrub(Scrubber scrubber) {
    gauge(
        "millrace.digest.corrupt.files",
        "Files whose bytes are not those that were hashed, though size and time are the same",
        scrubber,
        Scrubber::corruptFiles);
    counter(
        "millrace.digest.scrubbed.bytes",
        "Bytes read again to be compared",
        scrubber,
        Scrubber::readBytes);
  }

  /** The access log: entries written, and entries lost. */
  public void accessLog(LongSupplier written, LongSupplier dropped) {
    counter("millrace.access.log.entries", "Requests noted", written, LongSupplier::getAsLong);
    counter(
        "millrace.access.log.dropped",
        "Requests not noted because the log was slow or could not be written",
        dropped,
        LongSupplier::getAsLong);
  }

  /** The ring, its loop and the transport on it. */
  public void ring(RingWorker worker) {
    EventLoop loop = worker.loop();
    ring(loop.ring().stats());
    loop(loop);
    transport(worker.stats());
  }

  private void ring(RingStats ring) {
    gauge(
        "millrace.ring.submission.depth",
        "Submissions handed to the kernel by the last enter call",
        ring,
        stats -> stats.get(Counter.LAST_BATCH));
    ringCounter(ring, Counter.ENTERS, "enters", "Calls of io_uring_enter");
    ringCounter(ring, Counter.SUBMITTED, "submitted", "Operations submitted");
    ringCounter(ring, Counter.COMPLETED, "completed", "Completions reaped");
    ringCounter(ring, Counter.SQ_FULL, "sq.full", "Times the submission queue was full");
    ringCounter(ring, Counter.CQ_OVERFLOW, "cq.overflow", "Times the completion queue overflowed");
  }

  private void ringCounter(RingStats ring, Counter counter, String name, String description) {
    counter("millrace.ring." + name, description, ring, stats -> stats.get(counter));
  }

  private void loop(EventLoop loop) {
    LoopStats stats = loop.stats();
    Map<String, Histogram> latencies = new LinkedHashMap<>();
    for (OpKind kind : OpKind.values()) {
      String operation = kind.name().toLowerCase(Locale.ROOT);
      Gauge.builder("millrace.ring.in.flight", stats, s -> s.inFlight(kind))
          .description("Operations submitted and not yet completed for good")
          .tag("operation", operation)
          .register(registry);
      latencies.put(operation, stats.latency(kind));
    }
    histograms(
        "millrace_ring_completion_latency_seconds",
        "Time from submission to completion; empty for multishot operations and waits",
        "operation",
        latencies);
    histograms(
        "millrace_loop_turn_seconds",
        "Time from waking up to the end of the loop's turn",
        "loop",
        Map.of("0", stats.turnBusy()));
    counter("millrace.loop.turns", "Turns of the event loop", stats, LoopStats::turns);
    counter("millrace.loop.tasks", "Posted tasks run by the loop", stats, LoopStats::tasks);
    counter("millrace.loop.failures", "Handlers that threw", stats, LoopStats::failures);
    counter(
        "millrace.loop.stale.completions",
        "Completions dropped because their target was gone",
        stats,
        LoopStats::staleCompletions);
    gauge(
        "millrace.loop.posted.tasks",
        "Tasks posted to the loop and not yet run",
        loop,
        EventLoop::postedTasks);
  }

  private void transport(TransportStats stats) {
    gauge("millrace.connections.open", "Connections open", stats, s -> s.get(Figure.OPEN));
    counter(
        "millrace.connections.accepted",
        "Connections accepted",
        stats,
        s -> s.get(Figure.ACCEPTED));
    counter("millrace.received.bytes", "Bytes received", stats, s -> s.get(Figure.RECEIVED_BYTES));
    counter("millrace.sent.bytes", "Bytes sent", stats, s -> s.get(Figure.SENT_BYTES));
    counter(
        "millrace.receive.no.buffer",
        "Times receiving stopped for want of a buffer",
        stats,
        s -> s.get(Figure.NO_RECEIVE_BUFFER));
    counter(
        "millrace.accept.paused",
        "Times accepting paused because descriptors ran out",
        stats,
        s -> s.get(Figure.ACCEPT_PAUSED));
    gauge(
        "millrace.send.chunks",
        "Send chunks held by connections",
        stats,
        s -> s.get(Figure.CHUNKS_IN_USE));
    gauge(
        "millrace.receive.buffers.free",
        "Provided receive buffers that the kernel may fill",
        stats,
        s -> s.get(Figure.RECEIVE_BUFFERS_FREE));
  }

  private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value)
        .strongReference(true)
        .description(description)
        .register(registry);
  }

  private <T> void counter(String name, String description, T source, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, source, value).description(description).register(registry);
  }

  private void histograms(String name, String help, String label, Map<String, Histogram> values) {
    registry.getPrometheusRegistry().register(new HistogramCollector(name, help, label, values));
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
