package dev.millrace.loop;

import dev.millrace.sync.ThreadPool;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Runs blocking work on worker threads and resumes on the loop thread.
 *
 * @param workers run the work
 * @param loop runs a task on the loop thread, as {@link EventLoop#post}
 */
public record LoopExecutors(ThreadPool workers, Executor loop) {
  /**
   * Runs work on a worker thread. Then, on the loop thread, calls {@code onResult} with the result,
   * or {@code onFailure} with the exception of the work or of {@code onResult}. So every call ends
   * in one of the two, as long as the loop runs. If the loop has closed, neither runs, and a result
   * that is {@link AutoCloseable} is closed.
   *
   * <p>If the pool's queue is full or the pool is closed, {@code onFailure} receives a {@link
   * RejectedExecutionException} before this method returns.
   *
   * @param onFailure handles the failure; its own exceptions go to the loop's failure handler
   */
  public <T> void call(
      Callable<? extends T> work,
      Consumer<? super T> onResult,
      Consumer<? super Throwable> onFailure) {
    boolean accepted;
    try {
      accepted = workers.trySpawn(() -> run(work, onResult, onFailure));
    } catch (IllegalStateException closed) {
      onFailure.accept(new RejectedExecutionException("the pool is closed", closed));
      return;
    }
    if (!accepted) {
      onFailure.accept(new RejectedExecutionException("the queue of the pool is full"));
    }
  }

  /** Worker thread. */
  private <T> void run(
      Callable<? extends T> work,
      Consumer<? super T> onResult,
      Consumer<? super Throwable> onFailure) {
    T result;
    try {
      result = work.call();
    } catch (Throwable failure) {
      DroppableTask.post(loop, () -> onFailure.accept(failure), () -> {});
      return;
    }
    DroppableTask.post(
        loop,
        () -> {
          try {
            onResult.accept(result);
          } catch (Throwable failure) {
            onFailure.accept(failure);
          }
        },
        () -> close(result));
  }

  private static void close(Object result) {
    if (result instanceof AutoCloseable resource) {
      try {
        resource.close();
      } catch (Exception failed) {
        throw new IllegalStateException("cannot close a result that the loop dropped", failed);
      }
    }
  }
}
