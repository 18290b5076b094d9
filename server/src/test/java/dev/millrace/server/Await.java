package dev.millrace.server;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for a condition by polling. */
public final class Await {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_MILLIS = 10;

  private Await() {}

  /** Returns the first value that passes; fails with the last value after a minute. */
  public static <T> T until(Callable<T> value, Predicate<? super T> passes) throws Exception {
    long deadline = System.nanoTime() + MAX_NANOS;
    while (true) {
      T last = value.call();
      if (passes.test(last)) {
        return last;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still " + last);
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  /** Returns once the condition holds; fails after a minute. */
  public static void until(Callable<Boolean> condition) throws Exception {
    var _ = until(condition, holds -> holds);
  }
}
