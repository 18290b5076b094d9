package dev.millrace.server;

import dev.millrace.transport.Admission;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Bounds the number of connections on all loops to their share of the descriptors. At the bound, a
 * new connection replaces the connection of the same loop with the longest idle time; if none is
 * idle, the new connection is refused with 503. Any thread.
 *
 * <p>Loops read the number of connections without synchronization, so each loop may exceed the
 * bound by one.
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

  private final int max;
  private final LongSupplier open;
  private final AtomicLong refused = new AtomicLong();

  /**
   * @param open returns the number of open connections on all loops
   */
  ConnectionBound(int max, LongSupplier open) {
    this.max = max;
    this.open = open;
  }

  /** Number of refused connections. */
  long refused() {
    return refused.get();
  }

  /**
   * The bound for the connections of one loop.
   *
   * @param counted whether the connection to admit counts as open already
   * @param plain whether refused connections expect HTTP; others are closed without a word
   * @param endOldestIdle closes an idle connection of the loop; false if there is none
   */
  Admission on(boolean counted, boolean plain, BooleanSupplier endOldestIdle) {
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
        return Math.clamp(max - open.getAsLong(), Integer.MIN_VALUE, Integer.MAX_VALUE);
      }

      @Override
      public byte[] refusal() {
        return plain ? REFUSAL.clone() : new byte[0];
      }
    };
  }
}
