package dev.millrace.gate;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.StreamSourceConduit;

/** What still comes after the last request, read and dropped within bounds. */
final class Lingering {
  private static final int BUFFER_BYTES = 16 << 10;

  private final GateLimits limits;
  private long dropped;
  private long deadlineNanos;

  Lingering(GateLimits limits) {
    this.limits = limits;
  }

  /** Reads and drops; 0 while there may be more, -1 at its end or when it has been enough. */
  int read(StreamSourceConduit from) throws IOException {
    long now = System.nanoTime();
    if (deadlineNanos == 0) {
      deadlineNanos = now + limits.lingerTimeout().toNanos();
    }
    int n = from.read(ByteBuffer.allocate(BUFFER_BYTES));
    if (n <= 0) {
      return n;
    }
    dropped += n;
    return dropped > limits.lingerBytes() || now - deadlineNanos > 0 ? -1 : 0;
  }
}
