package dev.millrace.metrics;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.Histogram;
import dev.millrace.loop.LoopStats;
import dev.millrace.metrics.HistogramCollector.Series;
import dev.millrace.transport.CloseReason;
import dev.millrace.transport.uring.RingWorker;
import dev.millrace.transport.uring.TransportStats;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingStats;
import dev.millrace.uring.RingStats.Counter;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Meters of the rings, the loops and their transports, summed over all loops. */
public final class RingMetrics {
  private final MeterRegistrar meters;

  public RingMetrics(MeterRegistrar meters) {
    this.meters = meters;
  }

  /**
   * @param workers in order of their loop's number
   */
  public void register(List<RingWorker> workers) {
    List<EventLoop> loops = workers.stream().map(RingWorker::loop).toList();
    List<LoopStats> stats = loops.stream().map(EventLoop::stats).toList();
    ring(loops.stream().map(loop -> loop.ring().stats()).toList(), stats);
    operations(stats);
    loop(loops, stats);
    turns(stats);
    transport(workers, workers.stream().map(RingWorker::stats).toList());
    for (int i = 0; i < workers.size(); i++) {
      oneLoop(workers.get(i), String.valueOf(i));
    }
  }

  private void ring(List<RingStats> rings, List<LoopStats> loops) {
    meters.gauge(
        "millrace.ring.submission.depth",
        "Submissions handed to the kernel by the last enter call",
        rings,
        LoopAggregates.most(ring -> ring.get(Counter.LAST_BATCH)));
    numbers(
        "millrace_ring_submissions_per_enter",
        "Submissions handed to the kernel by one enter call",
        loops,
        LoopStats::submissions);
    counter(rings, Counter.ENTERS, "enters", "Calls of io_uring_enter");
    counter(rings, Counter.SUBMITTED, "submitted", "Operations submitted");
    counter(rings, Counter.COMPLETED, "completed", "Completions reaped");
    counter(rings, Counter.SQ_FULL, "sq.full", "Times the submission queue was full");
    counter(rings, Counter.CQ_OVERFLOW, "cq.overflow", "Times the completion queue overflowed");
    meters.gauge(
        "millrace.ring.kernel.workers",
        "Kernel threads (io-wq) that run operations which would block",
        rings,
        _ -> KernelWorkers.count());
  }

  private void counter(List<RingStats> rings, Counter counter, String name, String description) {
    meters.counter(
        "millrace.ring." + name, description, rings, LoopAggregates.sum(ring -> ring.get(counter)));
  }

  /** Latencies are exposed from a kind's first use on: most kinds are never used. */
  private void operations(List<LoopStats> loops) {
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
          "Operations submitted and not yet finally completed",
          loops,
          LoopAggregates.sum(loop -> loop.inFlight(kind)),
          "operation",
          label(kind));
    }
    meters.seconds(
        "millrace_ring_completion_latency_seconds",
        "Time from submission to completion; excludes multishot operations and waits",
        () -> latencies(loops));
  }

  private static List<Series> latencies(List<LoopStats> loops) {
    List<Series> used = new ArrayList<>();
    for (OpKind kind : OpKind.values()) {
      List<Histogram> all = LoopAggregates.histograms(loops, loop -> loop.latency(kind));
      if (Arrays.stream(LoopAggregates.counts(all)).anyMatch(count -> count > 0)) {
        used.add(Series.of(Labels.of("operation", label(kind)), all));
      }
    }
    return used;
  }

  private static String label(OpKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void seconds(
      String name, String help, List<LoopStats> loops, Function<LoopStats, Histogram> histogram) {
    meters.seconds(name, help, MeterRegistrar.one(LoopAggregates.histograms(loops, histogram)));
  }

  private void numbers(
      String name, String help, List<LoopStats> loops, Function<LoopStats, Histogram> histogram) {
    meters.numbers(name, help, MeterRegistrar.one(LoopAggregates.histograms(loops, histogram)));
  }

  private void loop(List<EventLoop> loops, List<LoopStats> stats) {
    ToDoubleFunction<List<EventLoop>> longest =
        LoopAggregates.most(loop -> loop.stats().longestTurnNanos(loop.ring().nanoTime()));
    meters.gauge(
        "millrace.loop.longest.turn.seconds",
        "Longest turn of the last minute, including the current one: how long a loop stalled",
        loops,
        all -> longest.applyAsDouble(all) / 1e9);
    meters.gauge(
        "millrace.loop.posted.tasks",
        "Tasks posted to the loop and not yet run",
        loops,
        LoopAggregates.sum(EventLoop::postedTasks));
    meters.gauge(
        "millrace.loop.timers", "Timers waiting", stats, LoopAggregates.sum(LoopStats::timers));
    count(stats, "timers.run", "Timers that ran", LoopStats::timersRun);
    count(stats, "turns", "Turns of the event loop", LoopStats::turns);
    count(stats, "tasks", "Posted tasks run by the loop", LoopStats::tasks);
    count(stats, "failures", "Handlers that threw", LoopStats::failures);
    count(
        stats,
        "stale.completions",
        "Completions dropped because their target had ended",
        LoopStats::staleCompletions);
  }

  private void count(
      List<LoopStats> stats, String name, String description, ToLongFunction<LoopStats> value) {
    meters.counter("millrace.loop." + name, description, stats, LoopAggregates.sum(value));
  }

  private void turns(List<LoopStats> stats) {
    seconds(
        "millrace_loop_turn_seconds",
        "Time from waking up to the end of the loop's turn",
        stats,
        LoopStats::turnBusy);
    numbers(
        "millrace_loop_turn_completions",
        "Completions that one turn of the loop handled",
        stats,
        LoopStats::completions);
    seconds(
        "millrace_loop_task_wait_seconds",
        "Time from posting to the turn, for the first posted task of a turn",
        stats,
        LoopStats::taskWait);
    seconds(
        "millrace_loop_wakeup_seconds",
        "Time from another thread's wakeup call to the loop's turn",
        stats,
        LoopStats::wakeUps);
  }

  /** Shows how the work is spread: the kernel distributes connections over loops, not load. */
  private void oneLoop(RingWorker worker, String number) {
    meters.gauge(
        "millrace.loop.connections.open",
        "Connections open on one loop",
        worker.stats(),
        stats -> stats.get(Figure.OPEN),
        "loop",
        number);
    meters.counter(
        "millrace.loop.busy.seconds",
        "Time that one loop was awake",
        worker.loop().stats(),
        stats -> stats.turnBusy().sum() / 1e9,
        "loop",
        number);
  }

  private void transport(List<RingWorker> workers, List<TransportStats> stats) {
    for (CloseReason reason : CloseReason.values()) {
      meters.counter(
          "millrace.connections.closed",
          "Connections that ended",
          stats,
          LoopAggregates.sum(each -> each.closed(reason)),
          "reason",
          reason.label());
    }
    counter(stats, Figure.RECEIVED_BYTES, "received.bytes", "Bytes received");
    counter(stats, Figure.SENT_BYTES, "sent.bytes", "Bytes sent");
    counter(stats, Figure.ZERO_COPY_BYTES, "zero.copy.bytes", "Bytes of zero-copy sends");
    counter(
        stats,
        Figure.COPIED_BYTES,
        "zero.copy.copied.bytes",
        "Bytes of zero-copy sends that the kernel copied nevertheless");
    counter(
        stats,
        Figure.NO_RECEIVE_BUFFER,
        "receive.no.buffer",
        "Times receiving stopped because no buffer was free (ENOBUFS)");
    counter(
        stats,
        Figure.ACCEPT_PAUSED,
        "accept.paused",
        "Times accepting paused because descriptors ran out");
    meters.gauge(
        "millrace.send.chunks",
        "Send chunks in use by connections",
        stats,
        LoopAggregates.sum(each -> each.get(Figure.CHUNKS_IN_USE)));
    meters.gauge(
        "millrace.receive.buffers.free",
        "Provided receive buffers that the kernel may fill",
        workers,
        LoopAggregates.sum(RingWorker::receiveBuffersFree));
  }

  private void counter(List<TransportStats> stats, Figure figure, String name, String description) {
    meters.counter(
        "millrace." + name, description, stats, LoopAggregates.sum(each -> each.get(figure)));
  }
}
