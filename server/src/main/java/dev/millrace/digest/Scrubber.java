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
 * Reads the files that an index knows again, one after another and over and over, at a bounded
 * rate, and remembers those whose bytes are not what they were though size and time of modification
 * are. A thread of its own; any thread may ask.
 *
 * <p>It reads as downloads do, through the kernel's page cache: what stays there is compared as it
 * is there, and is read from the disk when it has left the cache.
 */
public final class Scrubber implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace.digest");
  private static final int PAGE_FILES = 256;

  /** More are not remembered, though each is logged. */
  private static final int MAX_CORRUPT = 1 << 16;

  /** Steps a second, so that a low rate is not a burst and then a long wait. */
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
   * Starts.
   *
   * @param bytesPerSecond what is read at most, on average over a second, or longer if that is less
   *     than a page
   */
  public Scrubber(SqliteDigestStore index, long bytesPerSecond) {
    this.index = index;
    this.bytesPerSecond = bytesPerSecond;
    this.stepBytes =
        Math.clamp(bytesPerSecond / STEPS_A_SECOND, MIN_STEP_BYTES, HashTask.QUANTUM_BYTES);
    this.thread = SyncThread.spawn(SyncThread.Config.named("millrace-scrub"), this::run);
  }

  /** Has somebody told of each file that is found corrupt, on the scrubber's thread. */
  public void whenCorrupt(Consumer<FileVersion> listener) {
    whenCorrupt = listener;
  }

  /** Whether a file in this version was found corrupt. */
  public boolean isCorrupt(FileStat stat) {
    return !corrupt.isEmpty() && corrupt.contains(FileVersion.of(stat));
  }

  /** Files that are corrupt, as far as is known. */
  public int corruptFiles() {
    return corrupt.size();
  }

  /** Bytes read so far. */
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
    corrupt.retainAll(found); // what was repaired or removed
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
      // not there: nothing that could be served is corrupt
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
            "{0} is corrupt: its bytes are not those that were hashed, though its size and time"
                + " are the same",
            new String(ChecksumLines.escaped(path), StandardCharsets.UTF_8));
      }
    }
  }

  /** Stops and waits for it. */
  @Override
  public void close() {
    stopped.set();
    thread.join();
  }
}
