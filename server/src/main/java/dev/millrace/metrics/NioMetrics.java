package dev.millrace.metrics;

import dev.millrace.transport.CloseReason;
import dev.millrace.transport.nio.NioStats;
import java.util.List;

/** Meters of connections and threads on NIO; the names are those of {@link RingMetrics}. */
public final class NioMetrics {
  private final MeterRegistrar meters;

  public NioMetrics(MeterRegistrar meters) {
    this.meters = meters;
  }

  /**
   * @param threads in order of their number
   */
  public void register(List<NioStats> threads) {
    meters.counter(
        "millrace.received.bytes",
        "Bytes received",
        threads,
        LoopAggregates.sum(NioStats::receivedBytes));
    meters.counter(
        "millrace.sent.bytes", "Bytes sent", threads, LoopAggregates.sum(NioStats::sentBytes));
    for (CloseReason reason : CloseReason.values()) {
      meters.counter(
          "millrace.connections.closed",
          "Connections that ended",
          threads,
          LoopAggregates.sum(each -> each.closedConnections(reason)),
          "reason",
          reason.label());
    }
    for (int i = 0; i < threads.size(); i++) {
      oneLoop(threads.get(i), String.valueOf(i));
    }
  }

  private void oneLoop(NioStats thread, String number) {
    meters.gauge(
        "millrace.loop.connections.open",
        "Connections open on one loop",
        thread,
        NioStats::openConnections,
        "loop",
        number);
    meters.counter(
        "millrace.loop.busy.seconds",
        "Time that one loop was awake",
        thread,
        stats -> stats.busyNanos() / 1e9,
        "loop",
        number);
  }
}
