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
 * A question that some executor must answer in time: not answered in time is no. At most one is
 * under way, however many ask, so that an executor which is stuck is not buried under questions;
 * whoever asks while it has been stuck for long enough is told so at once. Any thread.
 */
public final class HealthCheck {
  private final Executor where;
  private final BooleanSupplier question;
  private final long limitNanos;
  private final Mutex mutex = new Mutex();
  private @Nullable Attempt underWay;

  private static final class Attempt {
    final long sinceNanos = System.nanoTime();
    final ResetEvent done = new ResetEvent();
    volatile boolean answer;
  }

  /**
   * @param where answers; may refuse to by throwing
   * @param limit how long it may take
   */
  public HealthCheck(Executor where, BooleanSupplier question, Duration limit) {
    this.where = where;
    this.question = question;
    this.limitNanos = limit.toNanos();
  }

  /** The answer; false if there is none in time. Blocks no longer than the limit. */
  public boolean ask() {
    return answer(begin());
  }

  /** Whether all say yes; asked at the same time. Blocks no longer than the longest limit. */
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

  /** The question under way, which is asked now if there is none; null if it was refused. */
  private @Nullable Attempt begin() {
    mutex.lock();
    try {
      Attempt current = underWay;
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
      underWay = next;
      return next;
    } catch (RuntimeException refused) {
      return null;
    } finally {
      mutex.unlock();
    }
  }
}
