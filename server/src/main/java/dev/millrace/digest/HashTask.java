package dev.millrace.digest;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.files.OpenFile;
import dev.millrace.sync.SyncThread;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a file, a quantum at a time, so that a small file never waits for the end of a
 * large one. Hashing threads run the quanta, one at a time.
 *
 * <p>The task reads by itself: it needs the bytes at once in the same processor's cache, and the
 * loop thread is reserved for downloads (docs/decisions/0005).
 */
final class HashTask {
  /** The result of a quantum. */
  enum Outcome {
    /** More bytes remain. */
    MORE,
    /** The digests are complete. */
    DONE,
    /** The file is no longer the same version. */
    CHANGED,
    /** The file cannot be read. */
    UNREADABLE
  }

  private static final int CHUNK_BYTES = 256 << 10;

  /** Readahead while hashing; the kernel's own readahead is less than a chunk. */
  private static final long AHEAD_BYTES = 4 << 20;

  static final long QUANTUM_BYTES = 8 << 20;

  /**
   * The lowest priority: hashing uses the time that downloads leave. A slightly higher priority
   * would take a processor from downloads for milliseconds (docs/decisions/0016-who-runs-first.md).
   */
  private static final int NICENESS = 19;

  /**
   * A file system's clock has ticks, and two writes within one tick leave equal times. No second
   * write in the same tick is possible once a version is this old.
   */
  private static final long SETTLED_NANOS = 100_000_000;

  /** A hashing thread's read buffer. */
  private static final class Chunk {
    final MemorySegment memory = Arena.ofAuto().allocate(CHUNK_BYTES, 4096);
    final byte[] bytes = new byte[CHUNK_BYTES];
  }

  private static final ThreadLocal<Chunk> CHUNK = ThreadLocal.withInitial(HashTask::prepareThread);

  /** Makes the calling thread a hashing thread. */
  private static Chunk prepareThread() {
    SyncThread.lowerPriority(NICENESS);
    return new Chunk();
  }

  private final OpenFile file;
  private final AtomicLong hashedBytes;
  private final Map<Algorithm, MessageDigest> running = new EnumMap<>(Algorithm.class);
  private final long end;
  private long position;
  private long announced;
  private boolean settled;

  /**
   * @param file owned, and closed, by the task from now on
   * @param from position of the first byte
   * @param end position after the last byte
   * @param hashedBytes incremented by the bytes read
   */
  HashTask(OpenFile file, Set<Algorithm> algorithms, long from, long end, AtomicLong hashedBytes) {
    this.file = file;
    this.position = from;
    this.announced = from + CHUNK_BYTES; // the first chunk is read at once
    this.end = end;
    this.hashedBytes = hashedBytes;
    algorithms.forEach(algorithm -> running.put(algorithm, algorithm.start()));
  }

  Outcome runQuantum() {
    return runAtMost(QUANTUM_BYTES);
  }

  /** Runs a quantum of another size, at least one byte. */
  Outcome runAtMost(long bytes) {
    Chunk chunk = CHUNK.get();
    if (!settled) {
      settled = true;
      settle();
    }
    long until = Math.min(end, position + bytes);
    while (position < until) {
      announce();
      int length = (int) Math.min(CHUNK_BYTES, until - position);
      long read = file.readNow(chunk.memory, length, position);
      if (read <= 0) {
        return read == 0 ? Outcome.CHANGED : Outcome.UNREADABLE;
      }
      MemorySegment.copy(chunk.memory, JAVA_BYTE, 0, chunk.bytes, 0, (int) read);
      for (MessageDigest digest : running.values()) {
        digest.update(chunk.bytes, 0, (int) read);
      }
      position += read;
      hashedBytes.addAndGet(read);
    }
    if (!isSameVersion()) {
      return Outcome.CHANGED;
    }
    return position < end ? Outcome.MORE : Outcome.DONE;
  }

  private void announce() {
    // In small steps: one readahead call starts reading only this much, however long its range.
    for (; announced < Math.min(end, position + AHEAD_BYTES); announced += CHUNK_BYTES / 2) {
      file.willNeed(announced, CHUNK_BYTES / 2);
    }
  }

  /** Runs to the end; never returns MORE. */
  Outcome runWhole() {
    while (true) {
      Outcome outcome = runQuantum();
      if (outcome != Outcome.MORE) {
        return outcome;
      }
    }
  }

  private boolean isSameVersion() {
    try {
      return FileVersion.of(file.factsNow()).equals(FileVersion.of(file.stat()));
    } catch (ErrnoException unreadable) {
      return false;
    }
  }

  private void settle() {
    long changedNanos = file.stat().changedSeconds() * 1_000_000_000L + file.stat().changedNanos();
    long ageNanos = System.currentTimeMillis() * 1_000_000L - changedNanos;
    if (ageNanos >= 0 && ageNanos < SETTLED_NANOS) {
      LockSupport.parkNanos(SETTLED_NANOS - ageNanos);
    }
  }

  /** The digests. Call once, after DONE. */
  Digests result() {
    Map<Algorithm, byte[]> values = new EnumMap<>(Algorithm.class);
    running.forEach((algorithm, digest) -> values.put(algorithm, digest.digest()));
    return Digests.of(values);
  }

  /** The file's current absolute path, or null. */
  byte @Nullable [] path() {
    return file.path();
  }

  void close() {
    file.close();
  }
}
