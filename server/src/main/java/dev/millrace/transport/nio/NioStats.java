package dev.millrace.transport.nio;

import dev.millrace.transport.CloseReason;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The metrics of the connections of one I/O thread. Any thread. */
public final class NioStats {
  private final long threadId;
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder open = new LongAdder();
  private final List<LongAdder> closed = new ArrayList<>();

  /**
   * @param threadId of the I/O thread
   */
  NioStats(long threadId) {
    this.threadId = threadId;
    for (CloseReason _ : CloseReason.values()) {
      closed.add(new LongAdder());
    }
  }

  void opened() {
    open.increment();
  }

  void closed(CloseReason reason) {
    open.decrement();
    closed.get(reason.ordinal()).increment();
  }

  void received(long bytes) {
    received.add(bytes);
  }

  void sent(long bytes) {
    sent.add(bytes);
  }

  public long receivedBytes() {
    return received.sum();
  }

  public long sentBytes() {
    return sent.sum();
  }

  public long openConnections() {
    return open.sum();
  }

  public long closedConnections(CloseReason reason) {
    return closed.get(reason.ordinal()).sum();
  }

  /** CPU time of the thread in nanoseconds; 0 if the thread has ended. */
  public long busyNanos() {
    return Math.max(0, ManagementFactory.getThreadMXBean().getThreadCpuTime(threadId));
  }
}
