package dev.millrace.blocking;

import dev.millrace.net.Sockets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A socket's descriptor that threads use while another may close it. The number is released when
 * the last use has ended, so no use can reach a descriptor that was given the same number.
 */
final class SharedDescriptor {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final int fd;

  /** The number of uses, with {@link #CLOSED} once closed. */
  private final AtomicInteger uses = new AtomicInteger();

  SharedDescriptor(int fd) {
    this.fd = fd;
  }

  /** Begins a use; false if the descriptor is closed. Each use that began must {@link #end}. */
  boolean begin() {
    int now = uses.get();
    while (now >= 0) {
      if (uses.compareAndSet(now, now + 1)) {
        return true;
      }
      now = uses.get();
    }
    return false;
  }

  /** Ends a use. */
  void end() {
    if (uses.decrementAndGet() == CLOSED) {
      Sockets.close(fd);
    }
  }

  /** The number, to be used between {@link #begin} and {@link #end}. */
  int fd() {
    return fd;
  }

  boolean isClosed() {
    return uses.get() < 0;
  }

  /** Lets no further use begin; true for the first call. */
  boolean close() {
    if (!begin()) {
      return false;
    }
    boolean first = uses.getAndUpdate(now -> now | CLOSED) >= 0;
    end();
    return first;
  }
}
