package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.WaitGroup;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link WaitGroup}. */
public final class WaitGroupStress {
  private WaitGroupStress() {}

  /** Who has waited sees what everybody did before finishing. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each saw the other's work")
  @Outcome(expect = FORBIDDEN, desc = "a wait ended too early, too late, or blind")
  @State
  public static class Rendezvous {
    private final WaitGroup group = new WaitGroup();
    private int x;
    private int y;

    public Rendezvous() {
      group.startMany(2);
    }

    @Actor
    public void first(II_Result r) {
      x = 1;
      group.finish();
      r.r1 = group.timedAwait(Patience.LONG) ? y : Patience.LOST;
    }

    @Actor
    public void second(II_Result r) {
      y = 1;
      group.finish();
      r.r2 = group.timedAwait(Patience.LONG) ? x : Patience.LOST;
    }
  }

  /** A task started by a task that is not finished holds the waiter back too. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both tasks seen")
  @Outcome(expect = FORBIDDEN, desc = "the wait ended between the two")
  @State
  public static class TaskStartsTask {
    private final WaitGroup group = new WaitGroup();
    private int x;
    private int y;

    public TaskStartsTask() {
      group.start();
    }

    @Actor
    public void tasks() {
      x = 1;
      group.start();
      group.finish();
      y = 1;
      group.finish();
    }

    @Actor
    public void waiter(II_Result r) {
      boolean done = group.timedAwait(Patience.LONG);
      r.r1 = done ? x : Patience.LOST;
      r.r2 = done ? y : Patience.LOST;
    }
  }
}
