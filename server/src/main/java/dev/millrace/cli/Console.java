package dev.millrace.cli;

import dev.millrace.sync.Mutex;
import dev.millrace.text.ByteUnits;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A command's output: bytes on standard output, because file names need not be text; errors on
 * standard error; and a progress bar on standard error if it is a terminal.
 */
final class Console implements AutoCloseable {
  private static final long REFRESH_MILLIS = 200;
  private static final int BAR_CHARACTERS = 24;
  private static final String CLEAR_LINE = "\r\033[K";

  private final OutputStream out =
      new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
  private final Mutex mutex = new Mutex();
  private @Nullable Thread refresher;
  private volatile boolean closed;
  private boolean barShown;

  /** An operand as the bytes that the user typed. */
  static byte[] bytes(String operand) {
    return operand.getBytes(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
  }

  /** Whether standard error is a terminal that supports a progress bar. */
  static boolean isWatched() {
    return isTerminal(2) && !"dumb".equals(System.getenv("TERM"));
  }

  /** Whether a descriptor of this process is a terminal. */
  static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException closed) {
      return false;
    }
  }

  /** Starts the progress bar. */
  void watch(LongSupplier doneBytes, long allBytes) {
    watch(doneBytes, () -> allBytes);
  }

  /** As {@link #watch(LongSupplier, long)}, if the size becomes known later. */
  void watch(LongSupplier doneBytes, LongSupplier allBytes) {
    long start = System.nanoTime();
    refresher =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-progress")
            .start(() -> {
              while (!closed) {
                show(line(doneBytes.getAsLong(), allBytes.getAsLong(), System.nanoTime() - start));
                try {
                  Thread.sleep(REFRESH_MILLIS);
                } catch (InterruptedException ended) {
                  return;
                }
              }
            });
  }

  private void show(String line) {
    mutex.lock();
    try {
      if (!closed) {
        barShown = true;
        System.err.print(CLEAR_LINE + line);
        System.err.flush();
      }
    } finally {
      mutex.unlock();
    }
  }

  /** The bar, the percentage, the sizes, the rate and the time left. */
  static String line(long done, long all, long nanos) {
    double part = all == 0 ? 1 : Math.min(1, (double) done / all);
    double rate = nanos == 0 ? 0 : done * 1e9 / nanos;
    int full = (int) (part * BAR_CHARACTERS);
    String left = rate < 1 ? "" : ", " + time((long) (Math.max(0, all - done) / rate)) + " left";
    return "["
        + "#".repeat(full)
        + " ".repeat(BAR_CHARACTERS - full)
        + "] "
        + String.format(Locale.ROOT, "%3d %%  ", (int) (part * 100))
        + (ByteUnits.format(done)
            + " of "
            + ByteUnits.format(all)
            + ", "
            + ByteUnits.format((long) rate)
            + "/s"
            + left);
  }

  private static String time(long seconds) {
    Duration time = Duration.ofSeconds(seconds);
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }

  void out(byte[] bytes) {
    mutex.lock();
    try {
      clearBar();
      out.write(bytes);
      if (refresher != null) {
        out.flush(); // keeps the order of output and bar
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } finally {
      mutex.unlock();
    }
  }

  void out(String text) {
    out(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Prints an error about a file to standard error. */
  void complain(byte[] name, String text) {
    mutex.lock();
    try {
      clearBar();
      System.err.print("millrace: ");
      System.err.write(name, 0, name.length);
      System.err.println(": " + text);
    } finally {
      mutex.unlock();
    }
  }

  private void clearBar() {
    if (barShown) {
      System.err.print(CLEAR_LINE);
      System.err.flush();
      barShown = false;
    }
  }

  @Override
  public void close() {
    mutex.lock();
    try {
      closed = true;
      clearBar();
      out.flush();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } finally {
      mutex.unlock();
    }
    if (refresher != null) {
      refresher.interrupt();
    }
  }
}
