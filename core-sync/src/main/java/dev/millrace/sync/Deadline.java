package dev.millrace.sync;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The end of a wait, on the clock of {@link System#nanoTime}.
 *
 * <p>One deadline bounds a whole series of waits, including spurious wakeups and retries; a
 * duration would start anew with each. Immutable. Source: {@code Futex.Deadline} of Zig's
 * lib/std/Thread/Futex.zig.
 */
public final class Deadline {
  /** A deadline that never expires. */
  public static final Deadline NEVER = new Deadline(0, false);

  /** About 146 years; prevents {@code expiry - now} from overflowing. */
  private static final long MAX_NANOS = Long.MAX_VALUE / 2;

  private final long expiryNanos;
  private final boolean bounded;

  private Deadline(long expiryNanos, boolean bounded) {
    this.expiryNanos = expiryNanos;
    this.bounded = bounded;
  }

  /**
   * The time {@code timeout} from now. A zero or negative timeout has already expired; a timeout
   * too long for nanoseconds is shortened to 146 years.
   */
  public static Deadline after(Duration timeout) {
    return afterNanos(TimeUnit.NANOSECONDS.convert(timeout));
  }

  /** Like {@link #after(Duration)}, in nanoseconds. */
  public static Deadline afterNanos(long timeoutNanos) {
    return new Deadline(System.nanoTime() + Math.clamp(timeoutNanos, 0, MAX_NANOS), true);
  }

  public boolean isExpired() {
    return remainingNanos() == 0;
  }

  /** Nanoseconds left, 0 if expired; {@link Long#MAX_VALUE} for {@link #NEVER}. */
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
