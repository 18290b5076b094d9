package dev.millrace.examples;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopWait;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The result of a task; another thread waits for it. */
final class Outcome {
  private final LoopWait done;
  private @Nullable String value;
  private @Nullable Throwable failure;

  /** For a task that needs {@code loop}: waiting ends when the loop closes. */
  Outcome(EventLoop loop) {
    this.done = new LoopWait(loop);
  }

  /** Runs a task and stores its result or exception. */
  void run(Callable<String> task) {
    try {
      value = task.call();
    } catch (Exception thrown) {
      failure = thrown;
    }
    done.happened();
  }

  void complete(String result) {
    value = result;
    done.happened();
  }

  void fail(Throwable cause) {
    failure = cause;
    done.happened();
  }

  /** Waits for the task and returns its value. */
  String get() {
    done.await();
    if (failure != null) {
      throw new IllegalStateException("the task failed", failure);
    }
    return String.valueOf(value);
  }
}
