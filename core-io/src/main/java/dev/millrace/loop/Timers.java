package dev.millrace.loop;

import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A loop's timers, the next one first. Loop thread only, but where a method says any.
 *
 * <p>Most timers of a server watch something that ends in time and are cancelled. A cancelled one
 * lets go of its task at once, and once most of what is queued is cancelled all of it is taken out,
 * so that a queue is never much longer than what is waited for.
 */
final class Timers {
  /** With fewer cancelled ones than this it is not worth looking through all. */
  private static final int FEW = 64;

  private final PriorityQueue<Timer> queue = new PriorityQueue<>();

  /** Those queued, or about to be, about. */
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

  /** Takes one that is due, to be run; null if none is. */
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

  /** The one that is due next, or null. */
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

  /** One is cancelled. Any thread. */
  void cancelled() {
    cancelled.incrementAndGet();
  }

  /** Those queued, with cancelled ones that have not been taken out. */
  int size() {
    return queue.size();
  }

  void clear() {
    queue.clear();
  }
}
