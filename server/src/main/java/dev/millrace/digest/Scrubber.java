package dev.millrace.digest;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.SyncThread;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Rereads the files of an index continuously at a bounded rate and remembers the corrupt ones:
 * those whose bytes changed although size and modification time did not. Has its own thread; any
 * thread may query.
 *
 * <p>It reads through the kernel's page cache, as downloads do: cached pages are compared as
 * cached, and read from the disk once they have left the cache.
 */
public final class Scrubber implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace.digest");
  private static final int PAGE_FILES = 256;

  /** Bound of remembered files; every corrupt file is remembered up to it. */
  private static final int MAX_CORRUPT = 1 << 16;

  /** Steps a second, so that a low rate does not become a burst and a long pause. */
  private static final int STEPS_A_SECOND = 10;

  private static final long MIN_STEP_BYTES = 4096;

  private static final Duration BETWEEN_PASSES = Duration.ofSeconds(1);

  private final SqliteDigestStore index;
  private final long bytesPerSecond;
  private final long stepBytes;
  private final ResetEvent stopped = new ResetEvent();
  private final AtomicLong readBytes = new AtomicLong();
  private final Set<FileVersion> corrupt = ConcurrentHashMap.newKeySet();
  private final SyncThread thread;
  private volatile Consumer<FileVersion> whenCorrupt = version -> {};

  /**
   * Starts the thread.
   *
   * @param bytesPerSecond limit of the average rate over one second; over a longer time if it is
   *     less than a page
   */
  public Scrubber(SqliteDigestStore index, long bytesPerSecond) {
    this.index = index;
    this.bytesPerSecond = bytesPerSecond;
    this.stepBytes =
        Math.clamp(bytesPerSecond / STEPS_A_SECOND, MIN_STEP_BYTES, HashTask.QUANTUM_BYTES);
    this.thread = SyncThread.spawn(SyncThread.Config.named("millrace-scrub"), this::run);
  }

  /** Sets the listener of files found corrupt; it runs on the scrubber's thread. */
  public void whenCorrupt(Consumer<FileVersion> listener) {
    whenCorrupt = listener;
  }

  /** Whether this version of a file was found corrupt. */
  public boolean isCorrupt(FileStat stat) {
    return !corrupt.isEmpty() && corrupt.contains(FileVersion.of(stat));
  }

  /** Number of files known to be corrupt. */
  public int corruptFiles() {
    return corrupt.size();
  }

  public long readBytes() {
    return readBytes.get();
  }

  private void run() {
    do {
      try {
        pass();
      } catch (IOException unreadable) {
        LOG.log(Level.WARNING, "scrub: {0}", unreadable.getMessage());
      }
    } while (!stopped.timedAwait(BETWEEN_PASSES));
  }

  private void pass() throws IOException {
    Set<FileVersion> found = ConcurrentHashMap.newKeySet();
    long device = Long.MIN_VALUE;
    long inode = Long.MIN_VALUE;
    List<IndexedFile> page = index.after(device, inode, PAGE_FILES);
    while (!page.isEmpty()) {
      for (IndexedFile known : page) {
        device = known.version().device();
        inode = known.version().inode();
        read(known, found);
        if (stopped.isSet()) {
          return;
        }
      }
      page = index.after(device, inode, PAGE_FILES);
    }
    corrupt.retainAll(found); // drops repaired and removed files
  }

  private void read(IndexedFile known, Set<FileVersion> found) {
    byte[] path = known.path();
    if (path == null) {
      return;
    }
    try {
      OpenFile file = OpenFile.open(path);
      try {
        if (known.version().hasContentOf(FileVersion.of(file.stat()))) {
          compare(known, path, file, found);
        }
      } finally {
        file.close();
      }
    } catch (ErrnoException gone) {
      // the file is gone, so it cannot be served
    }
  }

  private void compare(IndexedFile known, byte[] path, OpenFile file, Set<FileVersion> found) {
    Algorithm algorithm = known.digests().strongest();
    if (algorithm == null) {
      return;
    }
    FileVersion version = FileVersion.of(file.stat());
    HashTask task = new HashTask(file, Set.of(algorithm), 0, version.sizeBytes(), readBytes);
    HashTask.Outcome outcome;
    do {
      long before = readBytes.get();
      long start = System.nanoTime();
      outcome = task.runAtMost(stepBytes);
      long nanos =
          (long) ((readBytes.get() - before) * 1e9 / bytesPerSecond) - (System.nanoTime() - start);
      if (nanos > 0 && stopped.timedAwait(Duration.ofNanos(nanos))) {
        return;
      }
    } while (outcome == HashTask.Outcome.MORE);
    if (outcome == HashTask.Outcome.DONE
        && !Arrays.equals(known.digests().get(algorithm), task.result().get(algorithm))) {
      found.add(version);
      if (corrupt.size() < MAX_CORRUPT && corrupt.add(version)) {
        whenCorrupt.accept(version);
        LOG.log(
            Level.SEVERE,
            "{0} is corrupt: its content differs from the hashed content, though its size and"
                + " modification time are the same",
            new String(ChecksumLines.escaped(path), StandardCharsets.UTF_8));
      }
    }
  }

  /** Stops the thread and waits for its end. */
  @Override
  public void close() {
    stopped.set();
    thread.join();
  }
}
