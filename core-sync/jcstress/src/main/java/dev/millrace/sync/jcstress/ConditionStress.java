package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.Condition;
import dev.millrace.sync.Deadline;
import dev.millrace.sync.Mutex;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link Condition}. */
public final class ConditionStress {
  private ConditionStress() {}

  /** A signal after the mutex is let go reaches whoever had begun to wait. */
  @JCStressTest
  @Outcome(id = "42", expect = ACCEPTABLE, desc = "woken, or never slept")
  @Outcome(id = "-1", expect = FORBIDDEN, desc = "the signal was lost")
  @Outcome(expect = FORBIDDEN, desc = "woken without seeing what was written")
  @State
  public static class SignalOutsideTheMutex {
    private final Mutex mutex = new Mutex();
    private final Condition condition = new Condition();
    private boolean ready;
    private int value;

    @Actor
    public void waiter(I_Result r) {
      Deadline deadline = Deadline.after(Patience.LONG);
      boolean inTime = true;
      mutex.lock();
      while (!ready && inTime) {
        inTime = condition.timedAwait(mutex, deadline);
      }
      r.r1 = inTime ? value : Patience.LOST;
      mutex.unlock();
    }

    @Actor
    public void signaller() {
      mutex.lock();
      value = 42;
      ready = true;
      mutex.unlock();
      condition.signal();
    }
  }

  /** Two that wait for each other by turns. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each saw the other")
  @Outcome(expect = FORBIDDEN, desc = "a signal or a value was lost")
  @State
  public static class HandOver {
    private final Mutex mutex = new Mutex();
    private final Condition condition = new Condition();
    private int ping;
    private int pong;

    @Actor
    public void first(II_Result r) {
      Deadline deadline = Deadline.after(Patience.LONG);
      boolean inTime = true;
      mutex.lock();
      ping = 1;
      condition.broadcast();
      while (pong == 0 && inTime) {
        inTime = condition.timedAwait(mutex, deadline);
      }
      r.r1 = inTime ? pong : Patience.LOST;
      mutex.unlock();
    }

    @Actor
    public void second(II_Result r) {
      Deadline deadline = Deadline.after(Patience.LONG);
      boolean inTime = true;
      mutex.lock();
      while (ping == 0 && inTime) {
        inTime = condition.timedAwait(mutex, deadline);
      }
      r.r2 = inTime ? ping : Patience.LOST;
      pong = 1;
      condition.broadcast();
      mutex.unlock();
    }
  }
}
