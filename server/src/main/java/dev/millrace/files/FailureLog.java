package dev.millrace.files;

import dev.millrace.file.OpenFailure;
import dev.millrace.uring.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Logs failures of a file system, at most one line in ten seconds. Loop thread only. */
final class FailureLog {
  private static final Logger LOG = Logger.getLogger("dev.millrace.files");
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private boolean logged;
  private long loggedNanos;
  private long suppressed;

  /** Logs a failed open if an operator can fix its cause; client errors are not logged. */
  void opening(byte[] path, int errno) {
    OpenFailure failure = OpenFailure.of(errno);
    if (failure == OpenFailure.IO || failure == OpenFailure.UNAVAILABLE) {
      long now = System.nanoTime();
      if (logged && now - loggedNanos < PERIOD_NANOS) {
        suppressed++;
        return;
      }
      logged = true;
      loggedNanos = now;
      String more = suppressed == 0 ? "" : "; " + suppressed + " earlier failures were not logged";
      suppressed = 0;
      String name = new String(path, StandardCharsets.UTF_8);
      LOG.log(
          Level.WARNING,
          "a file could not be opened: {0}: {1}{2}",
          new Object[] {name, new ErrnoException("openat2", errno).getMessage(), more});
    }
  }
}
