package dev.millrace.loop;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The queue of tasks posted by any thread and run by the loop. Also stores when the first queued
 * task was posted; a time per task would cost each poster a clock read and an allocation.
 */
final class TaskQueue {
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  /** 0 if unknown. */
  private final AtomicLong firstPostedNanos = new AtomicLong();

  /** Counts a task that is about to be added; true if the queue was empty. Any thread. */
  boolean incrementPending() {
    return count.getAndIncrement() == 0;
  }

  /** Records when the first task was posted, before it is added. Any thread. */
  void firstPosted(long nanos) {
    firstPostedNanos.set(nanos);
  }

  /** Adds a counted task. Any thread. */
  void add(Runnable task) {
    tasks.add(task);
  }

  /** Tasks counted and not yet taken. Any thread. */
  int size() {
    return count.get();
  }

  /** When the first queued task was posted, for the loop thread about to take it; 0 if unknown. */
  long takeFirstPosted() {
    return firstPostedNanos.get() == 0 ? 0 : firstPostedNanos.getAndSet(0);
  }

  /** Tasks posted at about this time are left in the queue. */
  void left(long nanos) {
    firstPostedNanos.compareAndSet(0, nanos);
  }

  /** Removes the first task; null if there is none. Any thread, but only the loop's keeps order. */
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

  /** Empties the queue of a closed loop. Any thread. */
  void drop() {
    for (Runnable task = take(); task != null; task = take()) {
      if (task instanceof DroppableTask droppable) {
        droppable.dropped();
      }
    }
  }
}
