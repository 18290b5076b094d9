package dev.millrace.loop;

import java.util.concurrent.atomic.AtomicBoolean;

/** A task due at an instant. Any thread may cancel it; it runs on the loop's thread. */
public final class Timer implements Comparable<Timer> {
  private final Runnable task;
  private final long dueNanos;
  private final AtomicBoolean done = new AtomicBoolean();

  Timer(Runnable task, long dueNanos) {
    this.task = task;
    this.dueNanos = dueNanos;
  }

  /**
   * Keeps the task from running.
   *
   * @return false if it has run, is running, or was cancelled before
   */
  public boolean cancel() {
    return done.compareAndSet(false, true);
  }

  boolean claim() {
    return done.compareAndSet(false, true);
  }

  boolean isDone() {
    return done.get();
  }

  Runnable task() {
    return task;
  }

  long dueNanos() {
    return dueNanos;
  }

  @Override
  public int compareTo(Timer other) {
    return Long.signum(dueNanos - other.dueNanos); // nanoTime wraps: compare the difference
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
