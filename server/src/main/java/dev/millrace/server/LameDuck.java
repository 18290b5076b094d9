package dev.millrace.server;

import dev.millrace.sync.ResetEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The first phase of a stop, which loses no request on a persistent connection.
 *
 * <pre>
 *   not ready ──► respond Connection: close ──3/4──► stop accepting ──4/4──► end idle connections
 *                 new connections are accepted                               until no request is active
 * </pre>
 *
 * <p>A request within the phase gets its response, with Connection: close; a connection that is
 * idle throughout gets the end of stream. A load balancer has the phase to notice that the server
 * is not ready.
 */
final class LameDuck {
  private static final long POLL_NANOS = 10_000_000L;

  /** How long clients may take to react to the end of stream. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final List<LoopContext> loops;
  private final Transport transport;
  private final long deadlineNanos;

  /**
   * @param deadlineNanos end of the whole stop, as {@link System#nanoTime}
   */
  LameDuck(List<LoopContext> loops, Transport transport, long deadlineNanos) {
    this.loops = loops;
    this.transport = transport;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Returns when no request is active, or at the deadline.
   *
   * @param phase how long idle connections stay open
   */
  void run(Duration phase, Listeners listeners) {
    long begin = System.nanoTime();
    listeners.closeShared();
    loops.forEach(LoopContext::drain);
    awaitNoConnection(begin + phase.toNanos() * 3 / 4);
    listeners.close();
    awaitNoConnection(begin + phase.toNanos());
    while (endIdle() > 0 && left(deadlineNanos) > 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    awaitNoConnection(System.nanoTime() + LINGER.toNanos());
  }

  private void awaitNoConnection(long untilNanos) {
    long until = left(untilNanos) < left(deadlineNanos) ? untilNanos : deadlineNanos;
    while (transport.openConnections() > 0 && left(until) > 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static long left(long untilNanos) {
    return untilNanos - System.nanoTime();
  }

  /**
   * Ends idle connections on every loop; returns the number of busy ones, at least one if unknown.
   */
  private int endIdle() {
    AtomicInteger busy = new AtomicInteger();
    int unknown = 0;
    for (LoopContext loop : loops) {
      ResetEvent done = new ResetEvent();
      Runnable end =
          () -> {
            try {
              busy.addAndGet(loop.endIdle());
            } finally {
              done.set();
            }
          };
      try {
        // A task posted by a task runs in the next turn, after the bytes received until now are
        // processed.
        loop.events().execute(() -> loop.events().execute(end));
      } catch (RejectedExecutionException ended) {
        continue;
      }
      long wait = Math.max(0, Math.min(left(deadlineNanos), Duration.ofSeconds(1).toNanos()));
      unknown += done.timedAwait(Duration.ofNanos(wait)) ? 0 : 1;
    }
    return busy.get() + unknown;
  }
}
