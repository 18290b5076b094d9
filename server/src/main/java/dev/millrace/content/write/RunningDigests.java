package dev.millrace.content.write;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.sync.SyncThread;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** Digests of the bytes up to a position, in one pass. Worker threads, one at a time. */
final class RunningDigests {
  /** The same as for hashing of files: uploads use the time that downloads leave. */
  private static final int NICENESS = 19;

  private static final int CHUNK_BYTES = 64 << 10;

  private static final ThreadLocal<byte[]> CHUNK =
      ThreadLocal.withInitial(() -> {
        SyncThread.lowerPriority(NICENESS);
        return new byte[CHUNK_BYTES];
      });

  private final Map<Algorithm, MessageDigest> running = new EnumMap<>(Algorithm.class);
  private long position;

  RunningDigests(Set<Algorithm> algorithms) {
    algorithms.forEach(algorithm -> running.put(algorithm, algorithm.start()));
  }

  /** Lowers the priority of this thread, once. */
  static void prepareThread() {
    byte[] _ = CHUNK.get();
  }

  /** Adds the bytes between position and limit. */
  void update(ByteBuffer bytes) {
    byte[] chunk = CHUNK.get();
    ByteBuffer left = bytes.duplicate();
    while (left.hasRemaining()) {
      int n = Math.min(chunk.length, left.remaining());
      left.get(chunk, 0, n);
      for (MessageDigest digest : running.values()) {
        digest.update(chunk, 0, n);
      }
      position += n;
    }
  }

  /** The number of bytes so far. */
  long position() {
    return position;
  }

  boolean hasAll(Set<Algorithm> algorithms) {
    return running.keySet().containsAll(algorithms);
  }

  /** The digests; this object cannot be used afterwards. */
  Digests finish() {
    Map<Algorithm, byte[]> values = new EnumMap<>(Algorithm.class);
    running.forEach((algorithm, digest) -> values.put(algorithm, digest.digest()));
    return Digests.of(values);
  }
}
