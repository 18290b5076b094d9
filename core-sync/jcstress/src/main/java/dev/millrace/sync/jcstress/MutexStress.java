package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.Mutex;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** {@link Mutex}. */
public final class MutexStress {
  private MutexStress() {}

  /** One increment after the other. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "one after the other")
  @Outcome(expect = FORBIDDEN, desc = "both inside at once, or one saw an old value")
  @State
  public static class Exclusion {
    private final Mutex mutex = new Mutex();
    private int value;

    @Actor
    public void first(II_Result r) {
      mutex.lock();
      r.r1 = ++value;
      mutex.unlock();
    }

    @Actor
    public void second(II_Result r) {
      mutex.lock();
      r.r2 = ++value;
      mutex.unlock();
    }
  }

  /** What is written under the lock is seen whole under the lock. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the reader came first")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the writer came first")
  @Outcome(expect = FORBIDDEN, desc = "half of what the lock protects")
  @State
  public static class Publication {
    private final Mutex mutex = new Mutex();
    private int x;
    private int y;

    @Actor
    public void writer() {
      mutex.lock();
      x = 1;
      y = 1;
      mutex.unlock();
    }

    @Actor
    public void reader(II_Result r) {
      mutex.lock();
      r.r2 = y;
      r.r1 = x;
      mutex.unlock();
    }
  }

  /** Of two that try, one gets the lock. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one holder")
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "two holders")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "a free lock refused")
  @State
  public static class TryLock {
    private final Mutex mutex = new Mutex();

    @Actor
    public void first(ZZ_Result r) {
      r.r1 = mutex.tryLock();
    }

    @Actor
    public void second(ZZ_Result r) {
      r.r2 = mutex.tryLock();
    }
  }

  /** A deadline that meets the unlock neither breaks exclusion nor loses the wake-up. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "one after the other")
  @Outcome(
      id = {"1, 0"},
      expect = ACCEPTABLE,
      desc = "the second gave up")
  @Outcome(expect = FORBIDDEN, desc = "both inside, or a wake-up went to one that had given up")
  @State
  public static class TimedLock {
    private final Mutex mutex = new Mutex();
    private int value;

    @Actor
    public void first(II_Result r) {
      if (!mutex.timedLock(Patience.LONG)) {
        r.r1 = Patience.LOST;
        return;
      }
      r.r1 = ++value;
      mutex.unlock();
    }

    @Actor
    public void second(II_Result r) {
      if (mutex.timedLock(Patience.BRIEF)) {
        r.r2 = ++value;
        mutex.unlock();
      }
    }
  }
}
