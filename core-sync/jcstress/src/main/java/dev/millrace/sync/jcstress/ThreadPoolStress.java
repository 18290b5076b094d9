package dev.millrace.sync.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.SyncThread;
import dev.millrace.sync.ThreadPool;
import dev.millrace.sync.WaitGroup;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link ThreadPool} and {@link SyncThread}. */
public final class ThreadPoolStress {
  private ThreadPoolStress() {}

  /**
   * A pool for the whole process, closed when its main thread ends: workers would keep it alive.
   */
  private static ThreadPool shared(String name) {
    ThreadPool pool = new ThreadPool(new ThreadPool.Config(name, 2, 4));
    for (Thread main : Thread.getAllStackTraces().keySet()) {
      if (main.getName().equals("main")) {
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                main.join();
              } catch (InterruptedException early) {
                Thread.currentThread().interrupt();
              }
              pool.close();
            });
      }
    }
    return pool;
  }

  /** A task sees what came before its spawn, its waiter what the task did, exactly once. */
  @JCStressTest
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "there and back")
  @Outcome(expect = FORBIDDEN, desc = "a task was lost, ran twice, or ran blind")
  @State
  public static class ThereAndBack {
    private static final ThreadPool POOL = shared("stress");

    private int x;
    private int y;

    @Actor
    public void first(II_Result r) {
      WaitGroup group = new WaitGroup();
      x = 1;
      POOL.spawn(group, () -> x++);
      r.r1 = group.timedAwait(Patience.LONG) ? x : Patience.LOST;
    }

    @Actor
    public void second(II_Result r) {
      WaitGroup group = new WaitGroup();
      y = 1;
      POOL.spawn(group, () -> y++);
      POOL.waitAndWork(group);
      r.r2 = y;
    }
  }

  /** A thread sees what came before it, its joiner what it did. */
  @JCStressTest
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "there and back")
  @Outcome(expect = FORBIDDEN, desc = "joined too early, or started blind")
  @State
  public static class SpawnAndJoin {
    private static final SyncThread.Config CONFIG = SyncThread.Config.named("stress");

    private int x;
    private int y;

    @Actor
    public void first(II_Result r) {
      x = 1;
      SyncThread.spawn(CONFIG, () -> x++).join();
      r.r1 = x;
    }

    @Actor
    public void second(II_Result r) {
      y = 1;
      SyncThread.spawn(CONFIG, () -> y++).join();
      r.r2 = y;
    }
  }
}
