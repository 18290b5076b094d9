package dev.millrace.files;

import dev.millrace.file.OpenFailure;
import dev.millrace.uring.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Logs that a file system fails, one line in ten seconds however many requests meet it. Event
 * thread only.
 */
final class FailureLog {
  private static final Logger LOG = Logger.getLogger("dev.millrace.files");
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private boolean logged;
  private long loggedNanos;
  private long passedOver;

  /** A path could not be opened. Logs what an operator would mend, not what clients ask for. */
  void opening(byte[] path, int errno) {
    OpenFailure failure = OpenFailure.of(errno);
    if (failure == OpenFailure.IO || failure == OpenFailure.UNAVAILABLE) {
      long now = System.nanoTime();
      if (logged && now - loggedNanos < PERIOD_NANOS) {
        passedOver++;
        return;
      }
      logged = true;
      loggedNanos = now;
      String more = passedOver == 0 ? "" : "; " + passedOver + " more such failures before it";
      passedOver = 0;
      String name = new String(path, StandardCharsets.UTF_8);
      LOG.log(
          Level.WARNING,
          "a file could not be opened: {0}: {1}{2}",
          new Object[] {name, new ErrnoException("openat2", errno).getMessage(), more});
    }
  }
}
