package dev.millrace.transport;

import dev.millrace.uring.BufferRing;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/**
 * The provided buffers and those who wait for one. Running out is flow control, not failure: a
 * connection whose receive ended with ENOBUFS is armed again when a buffer comes back. Loop thread
 * only.
 */
final class Receivers {
  private final BufferRing buffers;
  private final ArrayDeque<BooleanSupplier> waiting = new ArrayDeque<>();

  Receivers(BufferRing buffers) {
    this.buffers = buffers;
  }

  BufferRing buffers() {
    return buffers;
  }

  /** Calls back once when buffers are free; the answer is whether that was of use. */
  void await(BooleanSupplier refilled) {
    waiting.add(refilled);
  }

  /** Called when buffers may have come back. */
  void wakeOne() {
    // Those whose connection has ended meanwhile are passed over.
    while (!waiting.isEmpty() && buffers.free() > 0 && !waiting.poll().getAsBoolean()) {}
  }
}
