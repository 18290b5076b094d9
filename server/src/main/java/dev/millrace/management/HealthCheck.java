package dev.millrace.management;

import dev.millrace.sync.Mutex;
import dev.millrace.sync.ResetEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A check that an executor must answer in time; no answer in time means unhealthy. At most one
 * check is in flight, so a stuck executor does not collect tasks. A caller that joins a check which
 * has been in flight longer than the limit gets its result at once. Any thread.
 */
public final class HealthCheck {
  private final Executor where;
  private final BooleanSupplier question;
  private final long limitNanos;
  private final Mutex mutex = new Mutex();
  private @Nullable Attempt inFlight;

  private static final class Attempt {
    final long sinceNanos = System.nanoTime();
    final ResetEvent done = new ResetEvent();
    volatile boolean answer;
  }

  /**
   * @param where runs the check; may reject it by throwing
   * @param limit maximum duration of a check
   */
  public HealthCheck(Executor where, BooleanSupplier question, Duration limit) {
    this.where = where;
    this.question = question;
    this.limitNanos = limit.toNanos();
  }

  /** The result; false on timeout. Blocks at most as long as the limit. */
  public boolean ask() {
    return answer(begin());
  }

  /** Whether all checks, run concurrently, pass. Blocks at most as long as the longest limit. */
  public static boolean askAll(List<HealthCheck> probes) {
    List<@Nullable Attempt> attempts = new ArrayList<>();
    probes.forEach(probe -> attempts.add(probe.begin()));
    boolean yes = true;
    for (int i = 0; i < probes.size(); i++) {
      yes &= probes.get(i).answer(attempts.get(i));
    }
    return yes;
  }

  private boolean answer(@Nullable Attempt attempt) {
    if (attempt == null) {
      return false;
    }
    long left = attempt.sinceNanos + limitNanos - System.nanoTime();
    boolean inTime =
        left > 0 ? attempt.done.timedAwait(Duration.ofNanos(left)) : attempt.done.isSet();
    return inTime && attempt.answer;
  }

  /** The check in flight, or a new one; null if the executor rejected it. */
  private @Nullable Attempt begin() {
    mutex.lock();
    try {
      Attempt current = inFlight;
      if (current != null && !current.done.isSet()) {
        return current;
      }
      Attempt next = new Attempt();
      where.execute(() -> {
        try {
          next.answer = question.getAsBoolean();
        } finally {
          next.done.set();
        }
      });
      inFlight = next;
      return next;
    } catch (RuntimeException refused) {
      return null;
    } finally {
      mutex.unlock();
    }
  }
}
