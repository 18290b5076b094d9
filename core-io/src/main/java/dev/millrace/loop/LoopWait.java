package dev.millrace.loop;

import dev.millrace.sync.ResetEvent;
import java.time.Duration;

/**
 * A thread's wait for an event on a loop. Ends when the event happens, or when the loop closes,
 * after which it cannot happen. A platform thread sleeps, a virtual thread parks.
 *
 * <p>One thread waits; any thread may end the wait. Reusable after {@link #reset}.
 */
public final class LoopWait {
  private final EventLoop loop;
  private final ResetEvent event = new ResetEvent();
  private volatile boolean happened;

  public LoopWait(EventLoop loop) {
    this.loop = loop;
  }

  /** Prepares the next wait; the waiting thread calls it before it posts the work. */
  public void reset() {
    happened = false;
    event.reset();
  }

  /** Ends the wait: the event has happened. Any thread. */
  public void happened() {
    happened = true;
    event.set();
  }

  /** Ends the wait: the loop has closed. Any thread. */
  void loopClosed() {
    event.set();
  }

  /**
   * Waits for the event.
   *
   * @throws LoopClosedException if the loop closes first
   * @throws IllegalStateException on the loop thread, which would deadlock
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
   * Waits for the event, at most for {@code limit}; false on timeout.
   *
   * @throws LoopClosedException if the loop closes first
   * @throws IllegalStateException on the loop thread, which would deadlock
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

  // The loop first closes, then ends its waits; this method first adds the wait, then checks for
  // the close. So at least one sees the other.
  private void begin() {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("the loop thread must not block on itself");
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
