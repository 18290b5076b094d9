package dev.millrace.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The time between failed attempts: 1 minute, doubled each time up to 6 hours, ± 20 %. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration MAX = Duration.ofHours(6);
  private static final double JITTER = 0.2;

  /** Rate limits of authorities last at most a week. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofDays(7);

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * When to try again.
   *
   * @param failures number of attempts that have failed in a row, at least 1
   * @param busyUntil the moment before which the authority rejects requests, or null
   */
  Instant next(Instant now, int failures, @Nullable Instant busyUntil) {
    Duration wait = FIRST;
    for (int i = 1; i < failures && wait.compareTo(MAX) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    wait = wait.compareTo(MAX) < 0 ? wait : MAX;
    double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
    Instant next = now.plusMillis((long) (wait.toMillis() * factor));
    if (busyUntil == null || !busyUntil.isAfter(next)) {
      return next;
    }
    Instant latest = now.plus(MAX_RETRY_AFTER);
    return busyUntil.isAfter(latest) ? latest : busyUntil;
  }
}
