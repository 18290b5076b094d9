package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link Semaphore}. */
public final class SemaphoreStress {
  private SemaphoreStress() {}

  /** A permit carries what its giver did. */
  @JCStressTest
  @Outcome(id = "42", expect = ACCEPTABLE, desc = "woken, or never slept")
  @Outcome(id = "-1", expect = FORBIDDEN, desc = "asleep beside a permit")
  @Outcome(expect = FORBIDDEN, desc = "a permit without what came before it")
  @State
  public static class Publication {
    private final Semaphore semaphore = new Semaphore(0);
    private int value;

    @Actor
    public void poster() {
      value = 42;
      semaphore.post();
    }

    @Actor
    public void waiter(I_Result r) {
      r.r1 = semaphore.timedAwait(Patience.LONG) ? value : Patience.LOST;
    }
  }

  /** With one permit it is a lock. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "one after the other")
  @Outcome(expect = FORBIDDEN, desc = "one permit given twice, or a wake-up lost")
  @State
  public static class OnePermit {
    private final Semaphore semaphore = new Semaphore(1);
    private int value;

    @Actor
    public void first(II_Result r) {
      r.r1 = inside();
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = inside();
    }

    private int inside() {
      if (!semaphore.timedAwait(Patience.LONG)) {
        return Patience.LOST;
      }
      int seen = ++value;
      semaphore.post();
      return seen;
    }
  }

  /** A permit that meets a deadline is either taken or left, not lost. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "taken, or left")
  @Outcome(expect = FORBIDDEN, desc = "a permit vanished, or came from nowhere")
  @State
  public static class Deadlines {
    private final Semaphore semaphore = new Semaphore(0);

    @Actor
    public void poster() {
      semaphore.post();
    }

    @Actor
    public void waiter(II_Result r) {
      r.r1 = semaphore.timedAwait(Patience.BRIEF) ? 1 : 0;
    }

    @Arbiter
    public void left(II_Result r) {
      r.r2 = semaphore.permits();
    }
  }
}
