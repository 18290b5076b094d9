package dev.millrace.acme;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Waits for moments that may be weeks away. */
@FunctionalInterface
interface Waiter {
  /** Returns at the moment or later, by the manager's clock. */
  void until(Instant moment) throws InterruptedException;

  /**
   * Waits in steps of at most an hour, because a sleep does not count the time in which a machine
   * is suspended, nor notice that its clock was set.
   */
  static Waiter on(InstantSource clock) {
    return moment -> {
      Duration left = Duration.between(clock.instant(), moment);
      while (left.isPositive()) {
        Thread.sleep(left.toHours() > 0 ? Duration.ofHours(1) : left);
        left = Duration.between(clock.instant(), moment);
      }
    };
  }
}
