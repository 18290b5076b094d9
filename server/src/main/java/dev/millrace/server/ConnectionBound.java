package dev.millrace.server;

import dev.millrace.transport.Admission;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Bounds the connections of all loops together by their share of the descriptors. When it is
 * reached, a new connection takes the place of the one of its loop that has been idle for longest;
 * if none is idle, the new one is refused with 503. Any thread.
 *
 * <p>Loops look at the number of connections without agreeing on it, so that each of them may
 * exceed the bound by one.
 */
final class ConnectionBound {
  private static final byte[] REFUSAL =
      """
      HTTP/1.1 503 Service Unavailable\r
      Content-Length: 0\r
      Retry-After: 1\r
      Connection: close\r
      \r
      """
          .getBytes(StandardCharsets.ISO_8859_1);

  private final int most;
  private final LongSupplier open;
  private final AtomicLong refused = new AtomicLong();

  /**
   * @param open connections that are open, on all loops
   */
  ConnectionBound(int most, LongSupplier open) {
    this.most = most;
    this.open = open;
  }

  /** Connections refused so far. */
  long refused() {
    return refused.get();
  }

  /**
   * The bound for connections of one loop.
   *
   * @param counted whether the connection that asks is among those that are open
   * @param endOldestIdle ends a connection of that loop; false if it has none that is idle
   */
  Admission on(boolean counted, BooleanSupplier endOldestIdle) {
    return new Admission() {
      @Override
      public boolean admit() {
        if (room() + (counted ? 1 : 0) > 0 || endOldestIdle.getAsBoolean()) {
          return true;
        }
        refused.incrementAndGet();
        return false;
      }

      @Override
      public int room() {
        return Math.clamp(most - open.getAsLong(), Integer.MIN_VALUE, Integer.MAX_VALUE);
      }

      @Override
      public byte[] refusal() {
        return REFUSAL.clone();
      }
    };
  }
}
