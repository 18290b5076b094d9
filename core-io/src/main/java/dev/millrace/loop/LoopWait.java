package dev.millrace.loop;

import dev.millrace.sync.ResetEvent;
import java.time.Duration;

/**
 * A thread's wait for something that happens on a loop. Ends when that has happened, and when the
 * loop closes, after which it cannot happen any more. A platform thread sleeps, a virtual thread
 * parks.
 *
 * <p>One thread waits, any may end the wait. May be used again after {@link #reset}.
 */
public final class LoopWait {
  private final EventLoop loop;
  private final ResetEvent event = new ResetEvent();
  private volatile boolean happened;

  /** A wait for something that {@code loop} does. */
  public LoopWait(EventLoop loop) {
    this.loop = loop;
  }

  /** Forgets that it has happened; the waiting thread, before it posts the next. */
  public void reset() {
    happened = false;
    event.reset();
  }

  /** What is waited for has happened. Any thread. */
  public void happened() {
    happened = true;
    event.set();
  }

  /** Nothing happens on the loop any more. Any thread. */
  void loopClosed() {
    event.set();
  }

  /**
   * Waits.
   *
   * @throws LoopClosedException if the loop closed first
   * @throws IllegalStateException on the loop's thread, which would wait for itself
   */
  public void await() {
    begin();
    try {
      event.await();
    } finally {
      loop.waits().remove(this);
    }
    requireHappened();
  }

  /**
   * Waits no longer than {@code limit}; false if it has not happened by then.
   *
   * @throws LoopClosedException if the loop closed first
   * @throws IllegalStateException on the loop's thread, which would wait for itself
   */
  public boolean timedAwait(Duration limit) {
    begin();
    boolean ended;
    try {
      ended = event.timedAwait(limit);
    } finally {
      loop.waits().remove(this);
    }
    if (ended) {
      requireHappened();
    }
    return ended;
  }

  // The loop closes first and ends its waits second; this adds itself first and looks second.
  // Whichever is later sees the other.
  private void begin() {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("the loop's thread must not wait for itself");
    }
    loop.waits().add(this);
    if (loop.isClosed()) {
      event.set();
    }
  }

  private void requireHappened() {
    if (!happened) {
      throw new LoopClosedException();
    }
  }
}
