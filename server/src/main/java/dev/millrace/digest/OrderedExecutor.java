package dev.millrace.digest;

import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on one thread per processor and delivers their results in the order in which the tasks
 * were added. One thread adds tasks and receives the results while it does.
 */
final class OrderedExecutor<T> implements AutoCloseable {
  /** Bound of results that wait for an earlier, slower task. */
  private static final int WINDOW = 4096;

  private static final class Slot<T> {
    final ResetEvent done = new ResetEvent();
    @Nullable T result;
    @Nullable RuntimeException failure;
  }

  private final ThreadPool threads;
  private final Consumer<T> sink;
  private final ArrayDeque<Slot<T>> slots = new ArrayDeque<>();

  OrderedExecutor(String name, Consumer<T> sink) {
    int processors = Runtime.getRuntime().availableProcessors();
    this.threads = new ThreadPool(new ThreadPool.Config(name, processors, WINDOW));
    this.sink = sink;
  }

  void add(Supplier<T> work) {
    while (slots.size() == WINDOW || (!slots.isEmpty() && slots.getFirst().done.isSet())) {
      handOver();
    }
    Slot<T> slot = new Slot<>();
    slots.addLast(slot);
    threads.spawn(() -> {
      try {
        slot.result = work.get();
      } catch (RuntimeException failed) {
        slot.failure = failed;
      } finally {
        slot.done.set();
      }
    });
  }

  private void handOver() {
    Slot<T> slot = slots.removeFirst();
    slot.done.await();
    RuntimeException failure = slot.failure;
    if (failure != null) {
      throw failure;
    }
    T result = slot.result;
    if (result == null) {
      throw new IllegalStateException("a task threw an error, which its thread has reported");
    }
    sink.accept(result);
  }

  /** Delivers all remaining results. */
  void finish() {
    while (!slots.isEmpty()) {
      handOver();
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
