package dev.millrace.loop;

import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A loop's timers, ordered by due time. Loop thread only, except where a method says otherwise.
 *
 * <p>Most timers of a server guard an operation and are cancelled. A cancelled timer releases its
 * task at once. When more than half of the queue is cancelled, all cancelled timers are removed, so
 * the queue stays at most about twice as long as the number of active timers.
 */
final class Timers {
  /** Up to this many cancelled timers are left in the queue. */
  private static final int FEW = 64;

  private final PriorityQueue<Timer> queue = new PriorityQueue<>();

  /** Approximate number of cancelled timers that are queued or about to be. */
  private final AtomicInteger cancelled = new AtomicInteger();

  void add(Timer timer) {
    queue.add(timer);
    int gone = cancelled.get();
    if (gone > FEW && gone > queue.size() / 2) {
      int before = queue.size();
      queue.removeIf(Timer::isDone);
      cancelled.addAndGet(queue.size() - before);
    }
  }

  /** Removes and claims a due timer; null if none is due. */
  @Nullable Timer takeDue(long nowNanos) {
    for (Timer timer = next(); timer != null; timer = next()) {
      if (timer.dueNanos() - nowNanos > 0) {
        return null;
      }
      queue.remove();
      if (timer.claim()) {
        return timer;
      }
      cancelled.decrementAndGet();
    }
    return null;
  }

  /** The next due timer, or null. */
  @Nullable Timer next() {
    for (Timer timer = queue.peek(); timer != null; timer = queue.peek()) {
      if (!timer.isDone()) {
        return timer;
      }
      queue.remove();
      cancelled.decrementAndGet();
    }
    return null;
  }

  /** Counts a cancelled timer. Any thread. */
  void cancelled() {
    cancelled.incrementAndGet();
  }

  /** Number of queued timers, including cancelled ones. */
  int size() {
    return queue.size();
  }

  void clear() {
    queue.clear();
  }
}
