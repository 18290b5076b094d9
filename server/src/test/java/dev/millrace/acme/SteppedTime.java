package dev.millrace.acme;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * A clock that moves only where a manager waits, and only as far as the test lets it. It begins at
 * the present time, because an authority's certificates have real dates.
 */
final class SteppedTime implements InstantSource, Waiter {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(120);

  private Instant now = Instant.now();
  private Instant limit = now;
  private Instant awaited;

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized void until(Instant moment) throws InterruptedException {
    while (limit.isBefore(moment)) {
      awaited = moment;
      notifyAll();
      wait();
    }
    if (moment.isAfter(now)) {
      now = moment;
    }
  }

  /** Whether the manager waits for a moment beyond the limit. */
  synchronized boolean isPaused() {
    return awaited != null;
  }

  /** Waits until the manager waits for a moment beyond the limit, and returns the moment. */
  synchronized Instant awaitPause() throws InterruptedException {
    long deadline = System.nanoTime() + MAX_NANOS;
    while (awaited == null) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("the manager does not wait");
      }
      wait(left);
    }
    return awaited;
  }

  /** Waits for a pause and returns its length. */
  synchronized Duration awaitPauseLength() throws InterruptedException {
    Instant end = awaitPause(); // while this waits, the clock may move
    return Duration.between(now, end);
  }

  /** Lets the manager's waits up to a moment pass. */
  synchronized void letRunUntil(Instant moment) {
    limit = moment;
    if (awaited != null && !awaited.isAfter(limit)) {
      awaited = null;
    }
    notifyAll();
  }

  /** Lets the pause of the manager pass, and waits for the next one. */
  Instant step() throws InterruptedException {
    letRunUntil(awaitPause());
    return awaitPause();
  }
}
