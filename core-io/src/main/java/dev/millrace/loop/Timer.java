package dev.millrace.loop;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A scheduled task. Any thread may cancel it; it runs on the loop thread. */
public final class Timer implements Comparable<Timer> {
  private final Timers timers;
  private final long dueNanos;
  private final AtomicBoolean done = new AtomicBoolean();

  /** Changed only by the thread that set {@link #done}. */
  private @Nullable Runnable task;

  Timer(Timers timers, Runnable task, long dueNanos) {
    this.timers = timers;
    this.task = task;
    this.dueNanos = dueNanos;
  }

  /**
   * Cancels the timer and releases its task.
   *
   * @return false if the task has run, is running, or was cancelled before
   */
  public boolean cancel() {
    if (!done.compareAndSet(false, true)) {
      return false;
    }
    task = null;
    timers.cancelled();
    return true;
  }

  boolean claim() {
    return done.compareAndSet(false, true);
  }

  boolean isDone() {
    return done.get();
  }

  /** Returns the task; only for the thread that {@linkplain #claim claimed} it, once. */
  Runnable takeTask() {
    Runnable taken = task;
    task = null;
    if (taken == null) {
      throw new IllegalStateException("claim the timer first");
    }
    return taken;
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
