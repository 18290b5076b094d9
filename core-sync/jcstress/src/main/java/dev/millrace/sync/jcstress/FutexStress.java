package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.AtomicWord;
import dev.millrace.sync.Deadline;
import dev.millrace.sync.Futex;
import dev.millrace.sync.MemoryOrder;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link Futex}. */
public final class FutexStress {
  private FutexStress() {}

  private static int waitForOne(AtomicWord word) {
    Deadline deadline = Deadline.after(Patience.LONG);
    while (word.load(MemoryOrder.ACQUIRE) == 0) {
      if (!Futex.timedWait(word.segment(), 0, deadline)) {
        return Patience.LOST;
      }
    }
    return 1;
  }

  /** Change, then wake: a platform thread does not sleep through it. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "woken, or refused its sleep")
  @Outcome(id = "-1", expect = FORBIDDEN, desc = "slept through the wake")
  @State
  public static class PlatformThread {
    private final AtomicWord word = new AtomicWord(0);

    @Actor
    public void waker() {
      word.store(1, MemoryOrder.MONOTONIC);
      Futex.wake(word.segment(), 1);
    }

    @Actor
    public void waiter(I_Result r) {
      r.r1 = waitForOne(word);
    }
  }

  /** The same for a virtual thread, whose check and sleep are two steps. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "woken, or refused its sleep")
  @Outcome(id = "-1", expect = FORBIDDEN, desc = "slept through the wake")
  @State
  public static class VirtualThread {
    private final AtomicWord word = new AtomicWord(0);
    private volatile int result;

    @Actor
    public void waker() {
      word.store(1, MemoryOrder.MONOTONIC);
      Futex.wake(word.segment(), 1);
    }

    @Actor
    public void waiter(I_Result r) {
      Thread waiter = Thread.startVirtualThread(() -> result = waitForOne(word));
      try {
        waiter.join();
        r.r1 = result;
      } catch (InterruptedException byTheHarness) {
        r.r1 = Patience.LOST;
      }
    }
  }
}
