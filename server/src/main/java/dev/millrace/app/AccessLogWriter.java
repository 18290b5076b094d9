package dev.millrace.app;

import dev.millrace.http.AccessLog;
import dev.millrace.sync.ThreadPool;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes access log entries to standard output or to a file, on a thread of its own.
 *
 * <p>A file that was renamed or removed, as logrotate does, is opened again under its name before
 * the next batch; no signal is needed. What does not fit the queue, and what cannot be written, is
 * counted and lost.
 */
final class AccessLogWriter implements AccessLog.Writer, AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace.access");
  private static final int MAX_PENDING_ENTRIES = 65_536;
  private static final int QUEUE_BATCHES = 4096;

  private final @Nullable Path file;
  private final AccessLogFormat format;
  private final ThreadPool thread =
      new ThreadPool(new ThreadPool.Config("millrace-access-log", 1, QUEUE_BATCHES));
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  // The writer's thread only.
  private OutputStream out;
  private @Nullable Object openedKey;
  private boolean failing;

  /**
   * @param file null for standard output
   */
  AccessLogWriter(@Nullable Path file, AccessLogFormat format) throws IOException {
    this.file = file;
    this.format = format;
    this.out = file == null ? new FileOutputStream(java.io.FileDescriptor.out) : open(file);
  }

  private OutputStream open(Path path) throws IOException {
    OutputStream opened = new BufferedOutputStream(new FileOutputStream(path.toFile(), true));
    openedKey = key(path);
    return opened;
  }

  private static @Nullable Object key(Path path) {
    try {
      return Files.getAttribute(path, "unix:ino");
    } catch (IOException gone) {
      return null;
    }
  }

  /** Entries that are in the log. Any thread. */
  long written() {
    return written.get();
  }

  /** Entries that were lost. Any thread. */
  long dropped() {
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
    try {
      reopenIfMoved();
      StringBuilder text = new StringBuilder(batch.size() * 200);
      for (AccessLog.Entry entry : batch) {
        format.write(text, entry);
      }
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
      written.addAndGet(batch.size());
      failing = false;
    } catch (IOException failed) {
      dropped.addAndGet(batch.size());
      if (!failing) {
        failing = true;
        LOG.log(Level.WARNING, "the access log cannot be written: {0}", failed.getMessage());
      }
    } finally {
      pending.addAndGet(-batch.size());
    }
  }

  private void reopenIfMoved() throws IOException {
    Path path = file;
    if (path != null && !Objects.equals(openedKey, key(path))) {
      OutputStream before = out;
      out = open(path);
      before.close();
    }
  }

  @Override
  public void close() {
    thread.close(); // after it has written what it was given
    try {
      if (file != null) {
        out.close();
      }
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "the access log cannot be closed: {0}", failed.getMessage());
    }
  }
}
