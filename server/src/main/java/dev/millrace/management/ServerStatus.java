package dev.millrace.management;

import dev.millrace.certificate.CertificateStore;
import dev.millrace.certificate.ServerCertificate;
import dev.millrace.digest.DigestService;
import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.ExponentialHistogram;
import dev.millrace.loop.Histogram;
import dev.millrace.loop.LoopStats;
import dev.millrace.management.Status.Unit;
import dev.millrace.metrics.LoopAggregates;
import dev.millrace.metrics.RateSamplers;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.uring.RingWorker;
import dev.millrace.transport.uring.TransportStats;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingStats;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Defines the charts of the {@link Status}. */
public final class ServerStatus {
  private final Status status;

  public ServerStatus(Status status) {
    this.status = status;
  }

  /** Adds the charts of requests: rate, latency, requests in flight. */
  public void requests(
      List<RequestStats> stats, List<RequestTracker> requests, LongSupplier connections) {
    status
        .chart("Requests", Unit.PER_SECOND)
        .line("requests", "answered", RateSamplers.rate(() -> count(stats, 1, 5)))
        .line("requests_4xx", "4xx", RateSamplers.rate(() -> count(stats, 4, 4)))
        .line("requests_5xx", "5xx", RateSamplers.rate(() -> count(stats, 5, 5)));
    status
        .chart("Request latency", Unit.SECONDS)
        .line("request_p50", "p50", RateSamplers.quantile(0.5, () -> durations(stats)))
        .line("request_p99", "p99", RateSamplers.quantile(0.99, () -> durations(stats)));
    status
        .chart("Under way", Unit.NUMBER)
        .line(
            "active_requests",
            "requests",
            () -> LoopAggregates.of(requests, RequestTracker::active))
        .line("connections", "connections", connections::getAsLong);
  }

  /** Adds the chart of certificates; those that are added to the store later are not shown. */
  public void certificates(CertificateStore certificates) {
    Status.Builder chart = status.chart("Certificates, days left", Unit.NUMBER);
    for (int i = 0; i < certificates.all().size(); i++) {
      int index = i;
      ServerCertificate certificate = certificates.all().get(i);
      String name = certificate.names().isEmpty() ? "" : certificate.names().getFirst();
      chart.line(
          "certificate_" + i + "_days",
          name + " (" + certificate.keyType() + ")",
          () -> daysLeft(certificates.all().get(index)));
    }
  }

  private static double daysLeft(ServerCertificate certificate) {
    return Duration.between(Instant.now(), certificate.notAfter()).toDays();
  }

  private static Stream<RequestStats.Series> all(List<RequestStats> stats) {
    return stats.stream().flatMap(each -> each.all().stream());
  }

  private static long count(List<RequestStats> stats, int firstClass, int lastClass) {
    return all(stats)
        .filter(each -> each.statusClass() >= firstClass && each.statusClass() <= lastClass)
        .mapToLong(each -> Arrays.stream(each.durations().counts()).sum())
        .sum();
  }

  private static List<ExponentialHistogram> durations(List<RequestStats> stats) {
    return all(stats).map(RequestStats.Series::finerDurations).toList();
  }

  /**
   * Adds the charts of the rings, loops and transports; workers in order of their loop's number.
   */
  public void ring(List<RingWorker> workers) {
    List<EventLoop> loops = workers.stream().map(RingWorker::loop).toList();
    List<LoopStats> stats = loops.stream().map(EventLoop::stats).toList();
    transport(workers.stream().map(RingWorker::stats).toList());
    queues(loops, stats, loops.stream().map(loop -> loop.ring().stats()).toList());
    status
        .chart("Operations in flight", Unit.NUMBER)
        .line("in_flight_recv", "recv", inFlight(stats, OpKind.RECV))
        .line("in_flight_send", "send", inFlight(stats, OpKind.SEND))
        .line("in_flight_openat2", "openat2", inFlight(stats, OpKind.OPENAT2))
        .line("in_flight_read", "read", inFlight(stats, OpKind.READ));
    status
        .chart("Completion latency, p99", Unit.SECONDS)
        .line("latency_send", "send", latency(stats, OpKind.SEND))
        .line("latency_openat2", "openat2", latency(stats, OpKind.OPENAT2))
        .line("latency_read", "read", latency(stats, OpKind.READ));
    List<Histogram> turns = LoopAggregates.histograms(stats, LoopStats::turnBusy);
    ToDoubleFunction<List<EventLoop>> longest =
        LoopAggregates.most(loop -> loop.stats().longestTurnNanos(loop.ring().nanoTime()));
    status
        .chart("Turn of the loop", Unit.SECONDS)
        .line("turn_p50", "p50", RateSamplers.quantile(0.5, turns))
        .line("turn_p99", "p99", RateSamplers.quantile(0.99, turns))
        .line(
            "longest_turn", "longest of the last minute", () -> longest.applyAsDouble(loops) / 1e9);
    if (workers.size() > 1) {
      eachLoop(workers);
    }
  }

  private void transport(List<TransportStats> stats) {
    status
        .chart("Bytes", Unit.BYTES_PER_SECOND)
        .line("sent_bytes", "sent", rate(stats, Figure.SENT_BYTES))
        .line("received_bytes", "received", rate(stats, Figure.RECEIVED_BYTES));
  }

  private static DoubleSupplier rate(List<TransportStats> stats, Figure figure) {
    return RateSamplers.rate(LoopAggregates.later(stats, each -> each.get(figure)));
  }

  private void queues(List<EventLoop> loops, List<LoopStats> stats, List<RingStats> rings) {
    status
        .chart("Queue depth", Unit.NUMBER)
        .line(
            "submissions_per_enter",
            "submissions an enter call",
            RateSamplers.ratio(
                LoopAggregates.later(rings, ring -> ring.get(RingStats.Counter.SUBMITTED)),
                LoopAggregates.later(rings, ring -> ring.get(RingStats.Counter.ENTERS))))
        .line(
            "completions_per_turn",
            "completions a turn",
            RateSamplers.ratio(
                LoopAggregates.later(rings, ring -> ring.get(RingStats.Counter.COMPLETED)),
                LoopAggregates.later(stats, LoopStats::turns)))
        .line(
            "posted_tasks", "posted tasks", () -> LoopAggregates.of(loops, EventLoop::postedTasks));
  }

  private static DoubleSupplier inFlight(List<LoopStats> stats, OpKind kind) {
    return () -> LoopAggregates.of(stats, each -> each.inFlight(kind));
  }

  private static DoubleSupplier latency(List<LoopStats> stats, OpKind kind) {
    return RateSamplers.quantile(
        0.99, LoopAggregates.histograms(stats, each -> each.latency(kind)));
  }

  /** Adds charts that show how the work is spread over the loops. */
  private void eachLoop(List<RingWorker> workers) {
    Status.Builder busy = status.chart("Part of the time that a loop is awake", Unit.NUMBER);
    Status.Builder open = status.chart("Connections of a loop", Unit.NUMBER);
    for (int i = 0; i < workers.size(); i++) {
      RingWorker worker = workers.get(i);
      DoubleSupplier nanos = RateSamplers.rate(() -> worker.loop().stats().turnBusy().sum());
      busy.line("loop_" + i + "_busy", "loop " + i, () -> nanos.getAsDouble() / 1e9);
      open.line("loop_" + i + "_connections", "loop " + i, () -> worker.stats().get(Figure.OPEN));
    }
  }

  /** Adds the charts of thread pools and digests. */
  public void pools(ThreadPool workers, ThreadPool hashers, DigestService digests) {
    status
        .chart("Waiting for threads", Unit.NUMBER)
        .line("worker_queue", "worker tasks", workers::queueDepth)
        .line("hash_queue", "hash tasks", hashers::queueDepth)
        .line("digest_queue", "files to hash", digests::jobs);
    status
        .chart("Hashed", Unit.BYTES_PER_SECOND)
        .line("hashed_bytes", "read", RateSamplers.rate(digests::hashedBytes));
  }
}
