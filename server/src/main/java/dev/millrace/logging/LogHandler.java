package dev.millrace.logging;

import dev.millrace.server.BoundedStop;
import dev.millrace.sync.ThreadPool;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Writes log lines to standard error on the log writer thread, so the loop never waits for a slow
 * reader. The queue is bounded; lines that do not fit are dropped and counted, and a later line
 * reports their number.
 */
public final class LogHandler extends Handler {
  private static final int QUEUE_ENTRIES = 1024;
  private static final Duration LAST_LINES = Duration.ofMillis(500);

  /** Strong references: a logger's level is lost when the logger is garbage-collected. */
  private static final List<Logger> QUIET =
      List.of(
          Logger.getLogger("org.xnio"),
          Logger.getLogger("io.undertow"),
          Logger.getLogger("org.jboss"));

  private final PrintStream out;
  private final Formatter format = new SimpleFormatter();
  private final ThreadPool writer =
      new ThreadPool(new ThreadPool.Config("millrace-log", 1, QUEUE_ENTRIES));
  private final java.util.concurrent.atomic.AtomicLong dropped =
      new java.util.concurrent.atomic.AtomicLong();

  private LogHandler(PrintStream out) {
    this.out = out;
  }

  /** Replaces the root logger's handlers. Libraries log warnings and errors only. */
  public static LogHandler install(PrintStream out) {
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT %4$s %3$s: %5$s%6$s%n");
    System.setProperty("org.jboss.logging.provider", "jdk"); // regardless of the class path
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    QUIET.forEach(logger -> logger.setLevel(Level.WARNING));
    LogHandler logging = new LogHandler(out);
    root.addHandler(logging);
    return logging;
  }

  @Override
  public void publish(LogRecord entry) {
    if (!isLoggable(entry)) {
      return;
    }
    try {
      if (!writer.trySpawn(() -> print(entry))) {
        dropped.incrementAndGet();
      }
    } catch (IllegalStateException closed) {
      dropped.incrementAndGet(); // the process is ending; printing here could block forever
    }
  }

  private void print(LogRecord entry) {
    long lost = dropped.getAndSet(0);
    if (lost > 0) {
      out.println(lost + " log lines were dropped: standard error is slow");
    }
    out.print(format.format(entry));
    out.flush();
  }

  @Override
  public void flush() {}

  /**
   * Writes the queued lines, but waits only a bounded time: standard error may be a blocked pipe.
   */
  @Override
  public void close() {
    BoundedStop stop = new BoundedStop(LAST_LINES);
    var _ = stop.step("the log", writer::close);
  }
}
