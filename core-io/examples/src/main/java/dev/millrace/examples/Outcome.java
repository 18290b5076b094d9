package dev.millrace.examples;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopWait;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a task came to; waited for by another thread. */
final class Outcome {
  private final LoopWait done;
  private @Nullable String value;
  private @Nullable Throwable failure;

  /** Of a task that needs {@code loop}: nobody waits for it once that has closed. */
  Outcome(EventLoop loop) {
    this.done = new LoopWait(loop);
  }

  /** Runs a task and keeps what it returns or throws. */
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
