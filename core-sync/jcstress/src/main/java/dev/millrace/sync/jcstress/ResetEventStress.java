package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.ResetEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** {@link ResetEvent}. */
public final class ResetEventStress {
  private ResetEventStress() {}

  /** A wait ends, and what came before the set is seen. */
  @JCStressTest
  @Outcome(id = "42", expect = ACCEPTABLE, desc = "woken, or never slept")
  @Outcome(expect = FORBIDDEN, desc = "not woken, or woken without the value")
  @State
  public static class Publication {
    private final ResetEvent event = new ResetEvent();
    private int value;

    @Actor
    public void setter() {
      value = 42;
      event.set();
    }

    @Actor
    public void waiter(I_Result r) {
      r.r1 = event.timedAwait(Patience.LONG) ? value : Patience.LOST;
    }
  }

  /** Looking is as good as waiting. */
  @JCStressTest
  @Outcome(
      id = {"false, 0", "false, 42", "true, 42"},
      expect = ACCEPTABLE,
      desc = "in order")
  @Outcome(id = "true, 0", expect = FORBIDDEN, desc = "set seen before what came before it")
  @State
  public static class Look {
    private final ResetEvent event = new ResetEvent();
    private int value;

    @Actor
    public void setter() {
      value = 42;
      event.set();
    }

    @Actor
    public void looker(ZI_Result r) {
      r.r1 = event.isSet();
      r.r2 = value;
    }
  }

  /** A reset beside a sleeper does not make the set that follows forget it. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "woken by the set")
  @Outcome(expect = FORBIDDEN, desc = "the reset hid the sleeper from the set")
  @State
  public static class ResetBeforeSet {
    private final ResetEvent event = new ResetEvent();

    @Actor
    public void setter() {
      event.reset();
      event.set();
    }

    @Actor
    public void waiter(I_Result r) {
      r.r1 = event.timedAwait(Patience.LONG) ? 1 : Patience.LOST;
    }
  }
}
