package dev.millrace.examples;

import dev.millrace.sync.ResetEvent;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a task came to; waited for by another thread. */
final class Outcome {
  private final ResetEvent done = new ResetEvent();
  private @Nullable String value;
  private @Nullable Throwable failure;

  /** Runs a task and keeps what it returns or throws. */
  void run(Callable<String> task) {
    try {
      value = task.call();
    } catch (Exception thrown) {
      failure = thrown;
    }
    done.set();
  }

  void complete(String result) {
    value = result;
    done.set();
  }

  void fail(Throwable cause) {
    failure = cause;
    done.set();
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
