package dev.millrace.loop;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that any thread posts and the loop's takes, and when the first of those that wait was
 * posted: an instant for each would cost whoever posts one a look at the clock and an object.
 */
final class TaskQueue {
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  /** 0 while it is not known. */
  private final AtomicLong firstPostedNanos = new AtomicLong();

  /** Counts a task that is about to be added; true if none was waiting. Any thread. */
  boolean incrementPending() {
    return count.getAndIncrement() == 0;
  }

  /** Notes when the first task was posted, before it is added. Any thread. */
  void firstPosted(long nanos) {
    firstPostedNanos.set(nanos);
  }

  /** Adds an announced task. Any thread. */
  void add(Runnable task) {
    tasks.add(task);
  }

  /** Tasks announced and not yet taken. Any thread. */
  int size() {
    return count.get();
  }

  /** When the first task was posted, for one who is about to take it; 0 if that is not known. */
  long takeFirstPosted() {
    return firstPostedNanos.get() == 0 ? 0 : firstPostedNanos.getAndSet(0);
  }

  /** Some tasks were left, posted at about this time. */
  void left(long nanos) {
    firstPostedNanos.compareAndSet(0, nanos);
  }

  @Nullable Runnable take() {
    Runnable task = tasks.poll();
    if (task != null) {
      count.decrementAndGet();
    }
    return task;
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  void clear() {
    tasks.clear();
  }
}
