package dev.millrace.metrics;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopStats;
import dev.millrace.metrics.HistogramCollector.Series;
import dev.millrace.transport.RingWorker;
import dev.millrace.transport.TransportStats;
import dev.millrace.transport.TransportStats.CloseReason;
import dev.millrace.transport.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingStats;
import dev.millrace.uring.RingStats.Counter;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Meters of the ring, its loop, and the transport on it. */
final class RingMetrics {
  private final Meters meters;

  RingMetrics(Meters meters) {
    this.meters = meters;
  }

  void register(RingWorker worker) {
    EventLoop loop = worker.loop();
    ring(loop.ring().stats(), loop.stats());
    operations(loop.stats());
    loop(loop, loop.stats());
    transport(worker, worker.stats());
  }

  private void ring(RingStats ring, LoopStats loop) {
    meters.gauge(
        "millrace.ring.submission.depth",
        "Submissions handed to the kernel by the last enter call",
        ring,
        stats -> stats.get(Counter.LAST_BATCH));
    meters.numbers(
        "millrace_ring_submissions_per_enter",
        "Submissions handed to the kernel by one enter call",
        Meters.one(loop.submissions()));
    counter(ring, Counter.ENTERS, "enters", "Calls of io_uring_enter");
    counter(ring, Counter.SUBMITTED, "submitted", "Operations submitted");
    counter(ring, Counter.COMPLETED, "completed", "Completions reaped");
    counter(ring, Counter.SQ_FULL, "sq.full", "Times the submission queue was full");
    counter(ring, Counter.CQ_OVERFLOW, "cq.overflow", "Times the completion queue overflowed");
    meters.gauge(
        "millrace.ring.kernel.workers",
        "Kernel threads (io-wq) that work off operations which would block",
        ring,
        _ -> KernelWorkers.count());
  }

  private void counter(RingStats ring, Counter counter, String name, String description) {
    meters.counter("millrace.ring." + name, description, ring, stats -> stats.get(counter));
  }

  /** Kinds are shown from their first use on: most are never used here. */
  private void operations(LoopStats stats) {
    for (OpKind kind :
        List.of(
            OpKind.ACCEPT,
            OpKind.RECV,
            OpKind.SEND,
            OpKind.OPENAT2,
            OpKind.READ,
            OpKind.CANCEL,
            OpKind.POLL,
            OpKind.FUTEX_WAIT)) {
      meters.gauge(
          "millrace.ring.in.flight",
          "Operations submitted and not yet completed for good",
          stats,
          s -> s.inFlight(kind),
          "operation",
          label(kind));
    }
    meters.seconds(
        "millrace_ring_completion_latency_seconds",
        "Time from submission to completion; not of multishot operations and waits",
        () -> latencies(stats));
  }

  private static List<Series> latencies(LoopStats stats) {
    List<Series> used = new ArrayList<>();
    for (OpKind kind : OpKind.values()) {
      if (Arrays.stream(stats.latency(kind).counts()).anyMatch(count -> count > 0)) {
        used.add(new Series(Labels.of("operation", label(kind)), stats.latency(kind)));
      }
    }
    return used;
  }

  private static String label(OpKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void loop(EventLoop loop, LoopStats stats) {
    meters.seconds(
        "millrace_loop_turn_seconds",
        "Time from waking up to the end of the loop's turn",
        Meters.one(stats.turnBusy()));
    meters.numbers(
        "millrace_loop_turn_completions",
        "Completions that one turn of the loop handled",
        Meters.one(stats.completions()));
    meters.seconds(
        "millrace_loop_task_wait_seconds",
        "Time that the first of the tasks which a turn found had waited since it was posted",
        Meters.one(stats.taskWait()));
    meters.seconds(
        "millrace_loop_wakeup_seconds",
        "Time from another thread's call that ends the loop's sleep to the turn",
        Meters.one(stats.wakeUps()));
    meters.gauge(
        "millrace.loop.longest.turn.seconds",
        "Longest turn of the last minute, the present one included: how long the loop stalled",
        loop,
        l -> l.stats().longestTurnNanos(l.ring().nanoTime()) / 1e9);
    meters.gauge(
        "millrace.loop.posted.tasks",
        "Tasks posted to the loop and not yet run",
        loop,
        EventLoop::postedTasks);
    meters.gauge("millrace.loop.timers", "Timers waiting", stats, LoopStats::timers);
    meters.counter("millrace.loop.timers.run", "Timers that ran", stats, LoopStats::timersRun);
    meters.counter("millrace.loop.turns", "Turns of the event loop", stats, LoopStats::turns);
    meters.counter("millrace.loop.tasks", "Posted tasks run by the loop", stats, LoopStats::tasks);
    meters.counter("millrace.loop.failures", "Handlers that threw", stats, LoopStats::failures);
    meters.counter(
        "millrace.loop.stale.completions",
        "Completions dropped because their target was gone",
        stats,
        LoopStats::staleCompletions);
  }

  private void transport(RingWorker worker, TransportStats stats) {
    for (CloseReason reason : CloseReason.values()) {
      meters.counter(
          "millrace.connections.closed",
          "Connections that ended",
          stats,
          s -> s.closed(reason),
          "reason",
          reason.label());
    }
    counter(stats, Figure.RECEIVED_BYTES, "received.bytes", "Bytes received");
    counter(stats, Figure.SENT_BYTES, "sent.bytes", "Bytes sent");
    counter(
        stats,
        Figure.NO_RECEIVE_BUFFER,
        "receive.no.buffer",
        "Times receiving stopped for want of a buffer (ENOBUFS)");
    counter(
        stats,
        Figure.ACCEPT_PAUSED,
        "accept.paused",
        "Times accepting paused because descriptors ran out");
    meters.gauge(
        "millrace.send.chunks",
        "Send chunks held by connections",
        stats,
        s -> s.get(Figure.CHUNKS_IN_USE));
    meters.gauge(
        "millrace.receive.buffers.free",
        "Provided receive buffers that the kernel may fill",
        worker,
        RingWorker::receiveBuffersFree);
  }

  private void counter(TransportStats stats, Figure figure, String name, String description) {
    meters.counter("millrace." + name, description, stats, s -> s.get(figure));
  }
}
