package dev.millrace.accesslog;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.sync.ThreadPool;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes access log entries to standard output or a file, on the log writer thread.
 *
 * <p>If the file was renamed or removed, as logrotate does, the writer opens its name again before
 * the next batch; no signal is needed. Every entry is counted, either as written completely or as
 * dropped: dropped are entries beyond the queue's bound, and entries that the disk does not accept.
 * If the disk fills up within a line, the next write starts with a newline. Nothing is buffered
 * between batches.
 */
public final class AccessLogWriter implements AccessLog.Writer, AutoCloseable {
  public static final Key<String> TARGET =
      Key.one(
          "access-log",
          "off",
          "off|-|FILE",
          "Access log: off, - for standard output, or a file.",
          text -> text.equals("false") ? "off" : text);

  public static final Key<AccessLogFormat> FORMAT =
      Key.one(
          "access-log-format",
          "combined",
          "combined|json",
          "Format of the access log.",
          Parser.oneOf(
              Map.of("combined", AccessLogFormat.COMBINED, "json", AccessLogFormat.JSON),
              "combined, json"));

  /** The keys of the access log. */
  public static final List<Key<?>> KEYS = List.of(TARGET, FORMAT);

  private static final Logger LOG = Logger.getLogger("dev.millrace.access");
  private static final int MAX_PENDING_ENTRIES = 65_536;
  private static final int QUEUE_BATCHES = 4096;

  private final @Nullable Path file;
  private final AccessLogFormat format;
  private final Opener opener;
  private final ThreadPool thread =
      new ThreadPool(new ThreadPool.Config("millrace-access-log", 1, QUEUE_BATCHES));
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  // Log writer thread only.
  private WritableByteChannel out;
  private @Nullable Object openedKey;
  private boolean failing;
  private boolean tornLine;

  @FunctionalInterface
  interface Opener {
    public WritableByteChannel open() throws IOException;
  }

  /**
   * @param file null for standard output
   */
  AccessLogWriter(@Nullable Path file, AccessLogFormat format) throws IOException {
    this(file, format, () -> file == null ? standardOutput() : appendTo(file));
  }

  /**
   * @param opener opens the log, now and whenever its file has been moved
   */
  AccessLogWriter(@Nullable Path file, AccessLogFormat format, Opener opener) throws IOException {
    this.file = file;
    this.format = format;
    this.opener = opener;
    this.out = opener.open();
    this.openedKey = file == null ? null : key(file);
  }

  /** Opens the configured log, or returns null for {@code off}. */
  public static @Nullable AccessLogWriter open(Settings settings) throws IOException {
    String target = settings.get(TARGET);
    return target.equals("off")
        ? null
        : new AccessLogWriter(target.equals("-") ? null : Path.of(target), settings.get(FORMAT));
  }

  @SuppressWarnings("resource") // closing the stream would close standard output
  private static WritableByteChannel standardOutput() {
    return new FileOutputStream(FileDescriptor.out).getChannel();
  }

  @SuppressWarnings("resource") // closing the channel closes the stream
  private static WritableByteChannel appendTo(Path file) throws IOException {
    return new FileOutputStream(file.toFile(), true).getChannel();
  }

  private static @Nullable Object key(Path path) {
    try {
      return Files.getAttribute(path, "unix:ino");
    } catch (IOException gone) {
      return null;
    }
  }

  /** Number of entries written completely. Any thread. */
  public long written() {
    return written.get();
  }

  /** Number of dropped entries. Any thread. */
  public long dropped() {
    return dropped.get();
  }

  @Override
  public void write(List<AccessLog.Entry> batch) {
    int size = batch.size();
    boolean room = pending.addAndGet(size) <= MAX_PENDING_ENTRIES;
    if (!room || !thread.trySpawn(() -> writeNow(batch))) {
      pending.addAndGet(-size);
      dropped.addAndGet(size);
    }
  }

  private void writeNow(List<AccessLog.Entry> batch) {
    int[] ends = new int[batch.size()];
    ByteBuffer bytes = ByteBuffer.allocate(0);
    int start = 0;
    try {
      reopenIfMoved();
      StringBuilder text = new StringBuilder(batch.size() * 200);
      ByteArrayOutputStream lines = new ByteArrayOutputStream(batch.size() * 200);
      if (tornLine) {
        lines.write('\n');
      }
      start = lines.size();
      for (int i = 0; i < ends.length; i++) {
        text.setLength(0);
        format.write(text, batch.get(i));
        lines.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
        ends[i] = lines.size();
      }
      bytes = ByteBuffer.wrap(lines.toByteArray());
      writeAll(bytes);
      failing = false;
    } catch (IOException failed) {
      if (!failing) {
        failing = true;
        LOG.log(Level.WARNING, "the access log cannot be written: {0}", failed.getMessage());
      }
    } finally {
      count(ends, start, bytes);
      pending.addAndGet(-batch.size());
    }
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (out.write(bytes) == 0) {
        throw new IOException("the reader is too slow"); // the descriptor is O_NONBLOCK
      }
    }
  }

  /** Counts the entries written completely, and the others as dropped. */
  private void count(int[] ends, int start, ByteBuffer bytes) {
    int position = bytes.position();
    int whole = 0;
    while (whole < ends.length && ends[whole] > start && ends[whole] <= position) {
      whole++;
    }
    written.addAndGet(whole);
    dropped.addAndGet(ends.length - whole);
    if (position > 0) {
      tornLine = bytes.get(position - 1) != '\n';
    }
  }

  private void reopenIfMoved() throws IOException {
    Path path = file;
    if (path != null && !Objects.equals(openedKey, key(path))) {
      WritableByteChannel before = out;
      out = opener.open();
      openedKey = key(path);
      tornLine = false;
      before.close();
    }
  }

  @Override
  public void close() {
    thread.close(); // writes the queued batches first
    try {
      if (file != null) {
        out.close();
      }
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "the access log cannot be closed: {0}", failed.getMessage());
    }
  }
}
