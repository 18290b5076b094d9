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
 * The readiness of one direction of a connection: level-triggered and never re-entrant.
 *
 * <p>While the direction is resumed and ready, the loop thread calls its handler once a turn. A
 * handler that calls resume is called again in the next turn, not recursively. Any thread may
 * resume and suspend.
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

  /** A thread that blocks until the direction is ready. */
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

  /** Resumes, and calls the handler once even if the direction is not ready. */
  void wakeup() {
    resumed = true;
    onLoop(() -> {
      forced = true;
      schedule();
    });
  }

  /** Schedules the handler for this turn if it is due. Loop thread. */
  void check() {
    if (ready.getAsBoolean()) {
      wakeWaiters();
      if (resumed) {
        schedule();
      }
    }
  }

  /** Calls the handler now if it is due. Loop thread, not from within a handler. */
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
   * Blocks the calling thread until ready. Returns false on timeout.
   *
   * @throws IOException if the loop closes first
   * @throws IllegalStateException on the loop thread
   */
  boolean await(long time, TimeUnit unit) throws IOException {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("the loop thread must not block on itself");
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

  /** Ends every wait: the direction is ready or has ended. Loop thread. */
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
