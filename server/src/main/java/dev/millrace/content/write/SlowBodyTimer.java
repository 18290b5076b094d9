package dev.millrace.content.write;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/** Ends an upload whose client sends less than a rate. Loop thread only. */
final class SlowBodyTimer {
  private static final int SECONDS = 10;

  private final XnioIoThread loop;
  private final int minBytesPerSecond;
  private final LongSupplier received;
  private final Runnable tooSlow;
  private long before;
  private XnioExecutor.@Nullable Key timer;

  /**
   * @param received the bytes so far, or -1 while the upload does not wait for the client
   * @param tooSlow runs, perhaps repeatedly, when the client was too slow for 10 seconds
   */
  SlowBodyTimer(XnioIoThread loop, int minBytesPerSecond, LongSupplier received, Runnable tooSlow) {
    this.loop = loop;
    this.minBytesPerSecond = minBytesPerSecond;
    this.received = received;
    this.tooSlow = tooSlow;
  }

  void start() {
    try {
      timer = loop.executeAtInterval(this::check, SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException stopping) {
      // The worker is stopping and closes the connection.
    }
  }

  private void check() {
    long now = received.getAsLong();
    if (now >= 0 && now - before < (long) minBytesPerSecond * SECONDS) {
      tooSlow.run();
    }
    if (now >= 0) {
      before = now;
    }
  }

  void stop() {
    if (timer != null) {
      boolean _ = timer.remove();
    }
  }
}
