package dev.millrace.loop;

import dev.millrace.sync.ThreadPool;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Runs work that would hold up a loop on a pool of workers, and resumes on the loop.
 *
 * @param workers run the work
 * @param loop runs a task on the loop's thread, as {@link EventLoop#post}
 */
public record LoopExecutors(ThreadPool workers, Executor loop) {
  /**
   * Runs work on a worker. Then, on the loop's thread, the result is handed to {@code onResult}; if
   * the work or {@code onResult} throws, what it threw is handed to {@code onFailure}. So every
   * call ends in one of the two, as long as the loop runs.
   *
   * <p>If the pool's queue is full or the pool is closed, {@code onFailure} gets a {@link
   * RejectedExecutionException} before this method returns.
   *
   * @param onFailure owns the failure; what it throws itself goes to the loop's failure handler
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

  /** On a worker. */
  private <T> void run(
      Callable<? extends T> work,
      Consumer<? super T> onResult,
      Consumer<? super Throwable> onFailure) {
    T result;
    try {
      result = work.call();
    } catch (Throwable failure) {
      loop.execute(() -> onFailure.accept(failure));
      return;
    }
    loop.execute(() -> {
      try {
        onResult.accept(result);
      } catch (Throwable failure) {
        onFailure.accept(failure);
      }
    });
  }
}
