package dev.millrace.metrics;

import dev.millrace.digest.DigestService;
import dev.millrace.http.RequestStats;
import dev.millrace.http.RequestTracker;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.ExponentialHistogram;
import dev.millrace.loop.LoopStats;
import dev.millrace.metrics.Status.Unit;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.RingWorker;
import dev.millrace.transport.TransportStats;
import dev.millrace.transport.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingStats;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** Which charts the status has. */
public final class ServerStatus {
  private final Status status;

  public ServerStatus(Status status) {
    this.status = status;
  }

  /** Requests: how many, how long, how many at once. */
  public void requests(RequestStats stats, RequestTracker requests, LongSupplier connections) {
    status
        .chart("Requests", Unit.PER_SECOND)
        .line("requests", "answered", Sampled.rate(() -> count(stats, 1, 5)))
        .line("requests_4xx", "4xx", Sampled.rate(() -> count(stats, 4, 4)))
        .line("requests_5xx", "5xx", Sampled.rate(() -> count(stats, 5, 5)));
    status
        .chart("Request latency", Unit.SECONDS)
        .line("request_p50", "p50", Sampled.quantile(0.5, () -> durations(stats)))
        .line("request_p99", "p99", Sampled.quantile(0.99, () -> durations(stats)));
    status
        .chart("Under way", Unit.NUMBER)
        .line("active_requests", "requests", requests::active)
        .line("connections", "connections", connections::getAsLong);
  }

  private static long count(RequestStats stats, int firstClass, int lastClass) {
    return stats.all().stream()
        .filter(one -> one.statusClass() >= firstClass && one.statusClass() <= lastClass)
        .mapToLong(one -> Arrays.stream(one.durations().counts()).sum())
        .sum();
  }

  private static List<ExponentialHistogram> durations(RequestStats stats) {
    return stats.all().stream().map(RequestStats.Series::finerDurations).toList();
  }

  /** The ring, its loop and the transport on it. */
  public void ring(RingWorker worker) {
    EventLoop loop = worker.loop();
    LoopStats stats = loop.stats();
    RingStats ring = loop.ring().stats();
    TransportStats transport = worker.stats();
    status
        .chart("Bytes", Unit.BYTES_PER_SECOND)
        .line("sent_bytes", "sent", Sampled.rate(() -> transport.get(Figure.SENT_BYTES)))
        .line(
            "received_bytes", "received", Sampled.rate(() -> transport.get(Figure.RECEIVED_BYTES)));
    status
        .chart("Queue depth", Unit.NUMBER)
        .line(
            "submissions_per_enter",
            "submissions an enter call",
            Sampled.ratio(
                () -> ring.get(RingStats.Counter.SUBMITTED),
                () -> ring.get(RingStats.Counter.ENTERS)))
        .line(
            "completions_per_turn",
            "completions a turn",
            Sampled.ratio(() -> ring.get(RingStats.Counter.COMPLETED), stats::turns))
        .line("posted_tasks", "posted tasks", loop::postedTasks);
    status
        .chart("Operations in flight", Unit.NUMBER)
        .line("in_flight_recv", "recv", () -> stats.inFlight(OpKind.RECV))
        .line("in_flight_send", "send", () -> stats.inFlight(OpKind.SEND))
        .line("in_flight_openat2", "openat2", () -> stats.inFlight(OpKind.OPENAT2))
        .line("in_flight_read", "read", () -> stats.inFlight(OpKind.READ));
    status
        .chart("Completion latency, p99", Unit.SECONDS)
        .line("latency_send", "send", Sampled.quantile(0.99, stats.latency(OpKind.SEND)))
        .line("latency_openat2", "openat2", Sampled.quantile(0.99, stats.latency(OpKind.OPENAT2)))
        .line("latency_read", "read", Sampled.quantile(0.99, stats.latency(OpKind.READ)));
    status
        .chart("Turn of the loop", Unit.SECONDS)
        .line("turn_p50", "p50", Sampled.quantile(0.5, stats.turnBusy()))
        .line("turn_p99", "p99", Sampled.quantile(0.99, stats.turnBusy()))
        .line(
            "longest_turn",
            "longest of the last minute",
            () -> stats.longestTurnNanos(loop.ring().nanoTime()) / 1e9);
  }

  /** Pools and digests. */
  public void pools(ThreadPool workers, ThreadPool hashers, DigestService digests) {
    status
        .chart("Waiting for threads", Unit.NUMBER)
        .line("worker_queue", "worker tasks", workers::queueDepth)
        .line("hash_queue", "hash tasks", hashers::queueDepth)
        .line("digest_queue", "files to hash", digests::jobs);
    status
        .chart("Hashed", Unit.BYTES_PER_SECOND)
        .line("hashed_bytes", "read", Sampled.rate(digests::hashedBytes));
  }
}
