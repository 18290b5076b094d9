package dev.millrace.uring.sim;

import java.util.PriorityQueue;

/** Simulated time and its events. Events at the same time run in random order. */
final class Events {
  private record Event(long dueNanos, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(dueNanos, other.dueNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  static final long NEVER = Long.MAX_VALUE;

  private final Chances chances;
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  // Volatile: any thread may read the clock, though only one advances it.
  private volatile long nowNanos = 1_000_000_000L;

  Events(Chances chances) {
    this.chances = chances;
  }

  long nowNanos() {
    return nowNanos;
  }

  void at(long dueNanos, Runnable action) {
    queue.add(new Event(Math.max(dueNanos, nowNanos), chances.random().nextLong(), action));
  }

  /** The time of the next event, or {@link #NEVER}. */
  long nextNanos() {
    Event next = queue.peek();
    return next == null ? NEVER : next.dueNanos();
  }

  /** Advances the clock to the next event and runs it. */
  void happen() {
    Event next = queue.remove();
    nowNanos = Math.max(nowNanos, next.dueNanos());
    next.action().run();
  }

  void advanceTo(long nanos) {
    nowNanos = Math.max(nowNanos, nanos);
  }
}
