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
 * large one. A hashing thread runs it, one after another may.
 *
 * <p>It reads for itself: what it reads it needs at once in the same processor's cache, and the
 * loop's thread is kept for downloads (docs/decisions/0005).
 */
final class HashTask {
  /** How a quantum ended. */
  enum Outcome {
    /** There is more to read. */
    MORE,
    /** The digests are there. */
    DONE,
    /** The file is not the version it was. */
    CHANGED,
    /** It cannot be read. */
    UNREADABLE
  }

  private static final int CHUNK_BYTES = 256 << 10;

  /** What the disk reads meanwhile; the kernel's own readahead is less than a chunk. */
  private static final long AHEAD_BYTES = 4 << 20;

  static final long QUANTUM_BYTES = 8 << 20;

  /**
   * Below all others: hashing takes what downloads leave. A little less low, and it would take them
   * a processor for milliseconds (docs/decisions/0016-who-runs-first.md).
   */
  private static final int NICENESS = 19;

  /**
   * A file system's clock ticks; two writes within a tick leave the same times behind. A version
   * this old can have no second write in its tick.
   */
  private static final long SETTLED_NANOS = 100_000_000;

  /** What a hashing thread reads into. */
  private static final class Chunk {
    final MemorySegment memory = Arena.ofAuto().allocate(CHUNK_BYTES, 4096);
    final byte[] bytes = new byte[CHUNK_BYTES];

    Chunk() {
      SyncThread.lowerPriority(NICENESS);
    }
  }

  private static final ThreadLocal<Chunk> CHUNK = ThreadLocal.withInitial(Chunk::new);

  private final OpenFile file;
  private final AtomicLong hashedBytes;
  private final Map<Algorithm, MessageDigest> running = new EnumMap<>(Algorithm.class);
  private final long end;
  private long position;
  private long announced;
  private boolean settled;

  /**
   * @param file this task's to close
   * @param from position of the first byte
   * @param end position after the last
   * @param hashedBytes counts what is read
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

  /** A quantum of another size, at least a byte. */
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
    // In small steps: the kernel begins to read no more at a time, however much is announced.
    for (; announced < Math.min(end, position + AHEAD_BYTES); announced += CHUNK_BYTES / 2) {
      file.willNeed(announced, CHUNK_BYTES / 2);
    }
  }

  /** To the end, for who has nothing else to do; never MORE. */
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

  /** After DONE, once. */
  Digests result() {
    Map<Algorithm, byte[]> values = new EnumMap<>(Algorithm.class);
    running.forEach((algorithm, digest) -> values.put(algorithm, digest.digest()));
    return Digests.of(values);
  }

  /** The absolute path that leads to the file now, or null. */
  byte @Nullable [] path() {
    return file.path();
  }

  void close() {
    file.close();
  }
}
