package dev.millrace.limits;

import java.util.concurrent.TimeUnit;

/**
 * A bucket of tokens that is refilled at a constant rate. It stores one time, as the generic cell
 * rate algorithm does (ITU-T I.371): the time at which the bucket is full again. Any thread.
 */
final class TokenBucket {
  private static final long MAX_DEBT_NANOS = TimeUnit.DAYS.toNanos(365);

  private final double intervalNanos;
  private final long toleranceNanos;
  private long fullNanos;

  private TokenBucket(double intervalNanos, long burst, long nowNanos) {
    this.intervalNanos = intervalNanos;
    toleranceNanos = (long) (intervalNanos * (burst - 1));
    fullNanos = nowNanos;
  }

  /**
   * Creates a full bucket of requests.
   *
   * @param burst how many tokens it holds, at least 1
   */
  static TokenBucket of(Rate rate, int burst, long nowNanos) {
    return new TokenBucket(rate.intervalNanos(), burst, nowNanos);
  }

  /** Creates a full bucket of bytes. */
  static TokenBucket of(ByteRate rate, long burst, long nowNanos) {
    return new TokenBucket(rate.intervalNanos(), burst, nowNanos);
  }

  /**
   * Takes a token.
   *
   * @return 0, or if there is none the time until there is one
   */
  synchronized long take(long nowNanos) {
    long wait = waitNanos(nowNanos);
    if (wait == 0) {
      charge(1, nowNanos);
    }
    return wait;
  }

  /** 0, or if there is no token the time until there is one. */
  synchronized long waitNanos(long nowNanos) {
    return Math.max(0, Math.max(0, fullNanos - nowNanos) - toleranceNanos);
  }

  /** Takes tokens that may not be there; they are refilled first. */
  synchronized void charge(long tokens, long nowNanos) {
    long missing = Math.max(0, fullNanos - nowNanos);
    long added = (long) Math.min(intervalNanos * tokens, (double) (MAX_DEBT_NANOS - missing));
    fullNanos = nowNanos + missing + Math.max(0, added);
  }

  synchronized boolean isFull(long nowNanos) {
    return fullNanos - nowNanos <= 0;
  }
}
