package dev.millrace.sync.benchmarks;

import dev.millrace.sync.Condition;
import dev.millrace.sync.Mutex;
import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.Semaphore;
import dev.millrace.sync.WaitGroup;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One operation is a ball thrown to a second thread and back: two hand-offs. The second thread
 * holds it for {@link #holdNanos}: with 0 a waiter may still be spinning when the ball comes back;
 * with 50,000 both have gone to sleep, which is what park-to-wake means.
 */
public class HandOffBenchmark {
  /** The two sides of one way to hand over. */
  interface Court {
    void throwBall();

    void catchAndReturn();
  }

  /** A court and the thread on its other side. */
  @State(Scope.Benchmark)
  public abstract static class Game {
    @Param({"0", "50000"})
    public long holdNanos;

    private volatile boolean over;
    private Thread partner;
    private Court court;

    abstract Court newCourt();

    Court court() {
      return court;
    }

    @Setup(Level.Trial)
    public void start() {
      court = newCourt();
      partner =
          new Thread(() -> {
            while (!over) {
              court.catchAndReturn();
            }
          });
      partner.setDaemon(true);
      partner.start();
    }

    /** The partner, a daemon, may stay asleep: a last ball could find it gone and not come back. */
    @TearDown(Level.Trial)
    public void end() {
      over = true;
    }

    void hold() {
      if (holdNanos > 0) {
        long end = System.nanoTime() + holdNanos;
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
      }
    }
  }

  /** Two semaphores of ours. */
  @State(Scope.Benchmark)
  public static class Ours extends Game {
    @Override
    Court newCourt() {
      Semaphore there = new Semaphore(0);
      Semaphore back = new Semaphore(0);
      return new Court() {
        @Override
        public void throwBall() {
          there.post();
          back.await();
        }

        @Override
        public void catchAndReturn() {
          there.await();
          hold();
          back.post();
        }
      };
    }
  }

  /** Two of {@code java.util.concurrent}. */
  @State(Scope.Benchmark)
  public static class Juc extends Game {
    @Override
    Court newCourt() {
      var there = new java.util.concurrent.Semaphore(0);
      var back = new java.util.concurrent.Semaphore(0);
      return new Court() {
        @Override
        public void throwBall() {
          there.release();
          back.acquireUninterruptibly();
        }

        @Override
        public void catchAndReturn() {
          there.acquireUninterruptibly();
          hold();
          back.release();
        }
      };
    }
  }

  /** One mutex, one condition of ours. */
  @State(Scope.Benchmark)
  public static class OurCondition extends Game {
    @Override
    Court newCourt() {
      Mutex mutex = new Mutex();
      Condition changed = new Condition();
      boolean[] there = new boolean[1];
      return new Court() {
        @Override
        public void throwBall() {
          mutex.lock();
          there[0] = true;
          changed.signal();
          while (there[0]) {
            changed.await(mutex);
          }
          mutex.unlock();
        }

        @Override
        public void catchAndReturn() {
          mutex.lock();
          while (!there[0]) {
            changed.await(mutex);
          }
          mutex.unlock();
          hold();
          mutex.lock();
          there[0] = false;
          changed.signal();
          mutex.unlock();
        }
      };
    }
  }

  /** One {@link ReentrantLock} and its condition. */
  @State(Scope.Benchmark)
  public static class JucCondition extends Game {
    @Override
    Court newCourt() {
      ReentrantLock lock = new ReentrantLock();
      var changed = lock.newCondition();
      boolean[] there = new boolean[1];
      return new Court() {
        @Override
        public void throwBall() {
          lock.lock();
          there[0] = true;
          changed.signal();
          while (there[0]) {
            changed.awaitUninterruptibly();
          }
          lock.unlock();
        }

        @Override
        public void catchAndReturn() {
          lock.lock();
          while (!there[0]) {
            changed.awaitUninterruptibly();
          }
          lock.unlock();
          hold();
          lock.lock();
          there[0] = false;
          changed.signal();
          lock.unlock();
        }
      };
    }
  }

  /** An event of ours there, a wait group back. */
  @State(Scope.Benchmark)
  public static class OurGroup extends Game {
    @Override
    Court newCourt() {
      ResetEvent there = new ResetEvent();
      WaitGroup back = new WaitGroup();
      return new Court() {
        @Override
        public void throwBall() {
          back.start();
          there.set();
          back.await();
        }

        @Override
        public void catchAndReturn() {
          there.await();
          there.reset();
          hold();
          back.finish();
        }
      };
    }
  }

  /** A latch for each ball and direction, since a latch serves once. */
  @State(Scope.Benchmark)
  public static class JucLatch extends Game {
    private static final class Ball {
      final CountDownLatch there = new CountDownLatch(1);
      final CountDownLatch back = new CountDownLatch(1);
      volatile Ball next;
    }

    @Override
    Court newCourt() {
      Ball first = new Ball();
      return new Court() {
        private Ball thrown = first;
        private Ball caught = first;

        @Override
        public void throwBall() {
          Ball ball = thrown;
          ball.next = new Ball();
          ball.there.countDown();
          await(ball.back);
          thrown = ball.next;
        }

        @Override
        public void catchAndReturn() {
          Ball ball = caught;
          await(ball.there);
          hold();
          caught = ball.next;
          ball.back.countDown();
        }
      };
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException unexpected) {
        throw new IllegalStateException(unexpected);
      }
    }
  }

  /** {@link LockSupport} alone: what the JDK's primitives stand on. */
  @State(Scope.Benchmark)
  public static class Park extends Game {
    @Override
    Court newCourt() {
      return new Court() {
        private volatile boolean there;
        private volatile Thread thrower;
        private volatile Thread catcher;

        @Override
        public void throwBall() {
          thrower = Thread.currentThread();
          there = true;
          LockSupport.unpark(catcher);
          while (there) {
            LockSupport.park(this);
          }
        }

        @Override
        public void catchAndReturn() {
          catcher = Thread.currentThread();
          while (!there) {
            LockSupport.park(this);
          }
          hold();
          there = false;
          LockSupport.unpark(thrower);
        }
      };
    }
  }

  @Benchmark
  public void handOffSemaphore(Ours game) {
    game.court().throwBall();
  }

  @Benchmark
  public void handOffSemaphoreJuc(Juc game) {
    game.court().throwBall();
  }

  @Benchmark
  public void handOffSemaphorePark(Park game) {
    game.court().throwBall();
  }

  @Benchmark
  public void handOffCondition(OurCondition game) {
    game.court().throwBall();
  }

  @Benchmark
  public void handOffConditionJuc(JucCondition game) {
    game.court().throwBall();
  }

  @Benchmark
  public void handOffGroup(OurGroup game) {
    game.court().throwBall();
  }

  @Benchmark
  public void handOffGroupLatch(JucLatch game) {
    game.court().throwBall();
  }
}
