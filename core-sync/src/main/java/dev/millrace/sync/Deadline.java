package dev.millrace.sync;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A point in time until which to wait, on the clock of {@link System#nanoTime}.
 *
 * <p>One deadline bounds a whole series of waits, spurious wake-ups and retries included, where a
 * duration would start anew with each. Immutable. Source: {@code Futex.Deadline} of Zig's
 * lib/std/Thread/Futex.zig.
 */
public final class Deadline {
  /** The deadline that is never reached. */
  public static final Deadline NEVER = new Deadline(0, false);

  /** About 146 years; keeps {@code expiry - now} clear of overflow. */
  private static final long MAX_NANOS = Long.MAX_VALUE / 2;

  private final long expiryNanos;
  private final boolean bounded;

  private Deadline(long expiryNanos, boolean bounded) {
    this.expiryNanos = expiryNanos;
    this.bounded = bounded;
  }

  /**
   * The moment {@code timeout} from now. One that is zero or negative has already passed; one too
   * long to count in nanoseconds is cut to 146 years.
   */
  public static Deadline after(Duration timeout) {
    return afterNanos(TimeUnit.NANOSECONDS.convert(timeout));
  }

  /** Like {@link #after(Duration)}, in nanoseconds. */
  public static Deadline afterNanos(long timeoutNanos) {
    return new Deadline(System.nanoTime() + Math.clamp(timeoutNanos, 0, MAX_NANOS), true);
  }

  /** Whether the moment has come. */
  public boolean isExpired() {
    return remainingNanos() == 0;
  }

  /** Nanoseconds left, 0 if none are; {@link Long#MAX_VALUE} for {@link #NEVER}. */
  public long remainingNanos() {
    return bounded ? Math.max(0, expiryNanos - System.nanoTime()) : Long.MAX_VALUE;
  }

  boolean isNever() {
    return !bounded;
  }

  @Override
  public String toString() {
    return bounded ? "Deadline[in " + remainingNanos() + " ns]" : "Deadline[never]";
  }
}
