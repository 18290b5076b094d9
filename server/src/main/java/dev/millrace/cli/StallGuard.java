package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Closes streams that return no bytes for a time, so that their readers fail. Any thread. */
final class StallGuard implements AutoCloseable {
  private final Map<InputStream, Long> readNanos = new ConcurrentHashMap<>();
  private final Thread thread;
  private final long limitNanos;
  private volatile boolean closed;

  StallGuard(Duration limit) {
    limitNanos = limit.toNanos();
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-stall-guard")
            .start(() -> run(Math.max(1, limit.toMillis() / 10)));
  }

  private void run(long intervalMillis) {
    while (!closed) {
      try {
        Thread.sleep(intervalMillis);
      } catch (InterruptedException ended) {
        return;
      }
      long now = System.nanoTime();
      readNanos.forEach((stream, last) -> {
        if (now - last > limitNanos) {
          close(stream);
        }
      });
    }
  }

  private void close(InputStream stream) {
    readNanos.remove(stream);
    try {
      stream.close();
    } catch (IOException closedAlready) {
      // its reader fails anyway
    }
  }

  /** Notes that bytes were read. */
  void progress(InputStream stream) {
    readNanos.put(stream, System.nanoTime());
  }

  /** Ends the watch of a stream. */
  void forget(InputStream stream) {
    readNanos.remove(stream);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
