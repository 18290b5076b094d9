package dev.millrace.loop;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A task that learns if its loop closes before running it, for example to close what it carries.
 */
public interface DroppableTask extends Runnable {
  /** Called once instead of {@link #run}, by the thread that closes the loop or that posts. */
  void dropped();

  /**
   * Posts a task to a loop. Exactly one of the two runs, on an {@link EventLoop} and on an executor
   * that throws {@link RejectedExecutionException} once it has stopped. Any thread.
   *
   * @param task runs on the loop thread
   * @param dropped runs on any thread if the loop has closed
   */
  static void post(Executor loop, Runnable task, Runnable dropped) {
    DroppableTask whole =
        new DroppableTask() {
          @Override
          public void run() {
            task.run();
          }

          @Override
          public void dropped() {
            dropped.run();
          }
        };
    try {
      loop.execute(whole);
    } catch (RejectedExecutionException stopped) {
      dropped.run();
    }
  }
}
