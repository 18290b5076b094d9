package dev.millrace.digest;

import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Does work on a thread a processor and hands the results over in the order in which it was given.
 * One thread gives work, and is handed the results while it does.
 */
final class OrderedExecutor<T> implements AutoCloseable {
  /** What may be done and not handed over yet, because what came before takes long. */
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
      throw new IllegalStateException("a task ended with an error, which its thread has reported");
    }
    sink.accept(result);
  }

  /** Hands everything over. */
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
