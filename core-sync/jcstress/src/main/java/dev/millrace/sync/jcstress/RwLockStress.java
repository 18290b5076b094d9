package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.RwLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** {@link RwLock}. */
public final class RwLockStress {
  private RwLockStress() {}

  /** Writers exclude each other. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "one after the other")
  @Outcome(expect = FORBIDDEN, desc = "both inside at once, or one saw an old value")
  @State
  public static class TwoWriters {
    private final RwLock lock = new RwLock();
    private int value;

    @Actor
    public void first(II_Result r) {
      lock.lock();
      r.r1 = ++value;
      lock.unlock();
    }

    @Actor
    public void second(II_Result r) {
      lock.lock();
      r.r2 = ++value;
      lock.unlock();
    }
  }

  /** A reader sees a write whole or not at all, and gets its turn. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the reader came first")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the writer came first")
  @Outcome(id = "-1, 0", expect = FORBIDDEN, desc = "the grant was lost")
  @Outcome(expect = FORBIDDEN, desc = "half a write")
  @State
  public static class WriterAndReader {
    private final RwLock lock = new RwLock();
    private int x;
    private int y;

    @Actor
    public void writer() {
      lock.lock();
      x = 1;
      y = 1;
      lock.unlock();
    }

    @Actor
    public void reader(II_Result r) {
      if (!lock.timedLockShared(Patience.LONG)) {
        r.r1 = Patience.LOST;
        return;
      }
      r.r2 = y;
      r.r1 = x;
      lock.unlockShared();
    }
  }

  /** The two modes exclude each other, and one of two that try gets in. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one mode")
  @Outcome(expect = FORBIDDEN, desc = "both modes at once, or a free lock refused")
  @State
  public static class TryBothModes {
    private final RwLock lock = new RwLock();

    @Actor
    public void writer(ZZ_Result r) {
      r.r1 = lock.tryLock();
    }

    @Actor
    public void reader(ZZ_Result r) {
      r.r2 = lock.tryLockShared();
    }
  }

  /** Deadlines in both modes leave the counts right: afterwards the lock is free. */
  @JCStressTest
  @Outcome(
      id = {"0, 0, true", "0, 1, true", "1, 0, true", "1, 1, true"},
      expect = ACCEPTABLE,
      desc = "taken or given up, and free afterwards")
  @Outcome(expect = FORBIDDEN, desc = "a share or a place in the queue was left behind")
  @State
  public static class Deadlines {
    private final RwLock lock = new RwLock();

    @Actor
    public void writer(IIZ_Result r) {
      if (lock.timedLock(Patience.BRIEF)) {
        r.r1 = 1;
        lock.unlock();
      }
    }

    @Actor
    public void reader(IIZ_Result r) {
      if (lock.timedLockShared(Patience.BRIEF)) {
        r.r2 = 1;
        lock.unlockShared();
      }
    }

    @Arbiter
    public void free(IIZ_Result r) {
      r.r3 = lock.tryLock();
    }
  }
}
