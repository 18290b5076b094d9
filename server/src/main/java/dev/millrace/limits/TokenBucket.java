package dev.millrace.limits;

/**
 * A bucket of tokens that is refilled at a constant rate. It stores one time, as the generic cell
 * rate algorithm does (ITU-T I.371): the time at which the bucket is full again. Any thread.
 */
final class TokenBucket {
  private final long intervalNanos;
  private final long toleranceNanos;
  private long fullNanos;

  /**
   * Creates a full bucket.
   *
   * @param burst how many tokens it holds, at least 1
   */
  TokenBucket(Rate rate, int burst, long nowNanos) {
    intervalNanos = rate.intervalNanos();
    toleranceNanos = Math.multiplyExact(intervalNanos, (long) burst - 1);
    fullNanos = nowNanos;
  }

  /**
   * Takes a token.
   *
   * @return 0, or if there is none the time until there is one
   */
  synchronized long take(long nowNanos) {
    long missing = Math.max(0, fullNanos - nowNanos);
    if (missing > toleranceNanos) {
      return missing - toleranceNanos;
    }
    fullNanos = nowNanos + missing + intervalNanos;
    return 0;
  }

  synchronized boolean isFull(long nowNanos) {
    return fullNanos - nowNanos <= 0;
  }
}
