package dev.millrace.loop;

import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.SyncThread;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingUnavailableException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An event loop on a platform thread of its own, from {@link #start} to {@link #close}.
 *
 * <p>Any thread may call. Closing runs the tasks that were accepted, then closes the loop, which
 * ends the waits of other threads with a {@link LoopClosedException}.
 */
public final class LoopThread implements Executor, AutoCloseable {
  private final EventLoop loop;
  private final ResetEvent started = new ResetEvent();
  private final SyncThread thread;
  private volatile @Nullable RuntimeException startFailure;

  private LoopThread(String name, EventLoop loop) {
    this.loop = loop;
    this.thread = SyncThread.spawn(SyncThread.Config.named(name), this::run);
  }

  /**
   * Starts a loop over a ring of the kernel. Exceptions of its handlers and tasks go to its
   * thread's {@linkplain Thread.UncaughtExceptionHandler uncaught exception handler}; the loop goes
   * on.
   *
   * @param name of the thread
   */
  public static LoopThread start(String name) throws RingUnavailableException {
    return start(name, IoUring.open(RingConfig.DEFAULT), LoopThread::report);
  }

  /**
   * Starts a loop over a ring.
   *
   * @param name of the thread
   * @param ring not yet enabled; closed with the loop
   */
  public static LoopThread start(String name, Ring ring, EventLoop.FailureHandler failures) {
    LoopThread running = new LoopThread(name, new EventLoop(ring, failures));
    running.started.await();
    RuntimeException failure = running.startFailure;
    if (failure != null) {
      running.thread.join();
      throw failure;
    }
    return running;
  }

  private static void report(Throwable failure) {
    Thread current = Thread.currentThread();
    current.getUncaughtExceptionHandler().uncaughtException(current, failure);
  }

  private void run() {
    try {
      loop.attach();
    } catch (RuntimeException failed) {
      startFailure = failed;
      loop.close();
      return;
    } finally {
      started.set();
    }
    try {
      loop.run();
      loop.turn(false); // runs the tasks that execute() accepted
    } finally {
      loop.close();
    }
  }

  /** The loop. */
  public EventLoop loop() {
    return loop;
  }

  /**
   * Runs a task on the loop thread, soon and in FIFO order.
   *
   * @throws RejectedExecutionException if the loop is stopped or closed
   */
  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  /**
   * Stops the loop and waits until its thread has ended. Closing again only waits.
   *
   * @throws IllegalStateException on the loop thread, which cannot wait for itself
   */
  @Override
  public void close() {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("a loop cannot close itself: call loop().stop()");
    }
    loop.stop();
    thread.join();
  }
}
