package dev.millrace.content.compress;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts compressions, of all loops. Any thread. */
public final class CompressionStats {
  /** How a compression ended. */
  public enum Outcome {
    /** A compressed form was made. */
    CREATED,
    /** It was found in the directory of state. */
    LOADED,
    /** Compression saves less than a twentieth. */
    INCOMPRESSIBLE,
    /** The file changed while it was read. */
    CHANGED,
    /** Too many compressions wait. */
    BUSY,
    /** The coding, the file or the storage has failed. */
    FAILED
  }

  private final AtomicLongArray outcomes = new AtomicLongArray(Outcome.values().length);
  private final LongAdder readBytes = new LongAdder();
  private final LongAdder evictions = new LongAdder();

  public CompressionStats() {}

  void ended(Outcome outcome) {
    outcomes.incrementAndGet(outcome.ordinal());
  }

  void read(long bytes) {
    readBytes.add(bytes);
  }

  void evicted() {
    evictions.increment();
  }

  /** Compressions that ended so. */
  public long count(Outcome outcome) {
    return outcomes.get(outcome.ordinal());
  }

  /** Bytes of files that were compressed. */
  public long readBytes() {
    return readBytes.sum();
  }

  /** Compressed forms that were removed to make room. */
  public long evictions() {
    return evictions.sum();
  }
}
