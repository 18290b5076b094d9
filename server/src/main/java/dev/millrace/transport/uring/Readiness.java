package dev.millrace.transport.uring;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.loop.LoopWait;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One direction's readiness: level-triggered, never re-entered, called on the loop only.
 *
 * <p>While the direction is resumed and ready, its handler is called once a turn; a handler that
 * calls resume from within itself is called again in the next turn and not recursively. Any thread
 * may resume and suspend.
 */
final class Readiness {
  private final EventLoop loop;
  private final BooleanSupplier ready;
  private final Runnable handler;
  private final Runnable turn = this::run;
  private volatile boolean resumed;

  // Loop thread only.
  private boolean scheduled;
  private boolean forced;
  private @Nullable Waiter waiters;

  /** A thread blocked until ready. */
  private static final class Waiter {
    final LoopWait wait;
    @Nullable Waiter next;

    Waiter(EventLoop loop) {
      wait = new LoopWait(loop);
    }
  }

  Readiness(EventLoop loop, BooleanSupplier ready, Runnable handler) {
    this.loop = loop;
    this.ready = ready;
    this.handler = handler;
  }

  boolean isResumed() {
    return resumed;
  }

  void suspend() {
    resumed = false;
  }

  void resume() {
    if (!resumed) {
      resumed = true;
      onLoop(this::check);
    }
  }

  /** Resumes, and calls the handler once whether ready or not. */
  void wakeup() {
    resumed = true;
    onLoop(() -> {
      forced = true;
      schedule();
    });
  }

  /** Something changed: call the handler soon if it is due. Loop thread. */
  void check() {
    if (ready.getAsBoolean()) {
      wakeWaiters();
      if (resumed) {
        schedule();
      }
    }
  }

  /** Calls the handler now if it is due. Loop thread, outside of handlers. */
  void checkNow() {
    if (!ready.getAsBoolean()) {
      return;
    }
    wakeWaiters();
    if (resumed && !scheduled) {
      handler.run();
      check();
    }
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.defer(turn);
    }
  }

  private void run() {
    scheduled = false;
    boolean call = forced || (resumed && ready.getAsBoolean());
    forced = false;
    if (call) {
      handler.run();
      check();
    }
  }

  /**
   * Blocks the calling thread, not the loop's, until ready; false if the time ran out.
   *
   * @throws IOException if the loop closed first
   */
  boolean await(long time, TimeUnit unit) throws IOException {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("the loop's thread must not wait for itself");
    }
    Waiter waiter = new Waiter(loop);
    loop.post(() -> {
      waiter.next = waiters;
      waiters = waiter;
      if (ready.getAsBoolean()) {
        wakeWaiters();
      }
    });
    try {
      if (time == Long.MAX_VALUE) {
        waiter.wait.await();
        return true;
      }
      return waiter.wait.timedAwait(Duration.of(time, unit.toChronoUnit()));
    } catch (LoopClosedException closed) {
      throw new IOException(closed);
    }
  }

  /** Ends every wait: ready, or ended for good. Loop thread. */
  void wakeWaiters() {
    for (Waiter waiter = waiters; waiter != null; waiter = waiter.next) {
      waiter.wait.happened();
    }
    waiters = null;
  }

  private void onLoop(Runnable task) {
    if (loop.isLoopThread()) {
      task.run();
    } else {
      loop.post(task);
    }
  }
}
