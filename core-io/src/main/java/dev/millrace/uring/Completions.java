package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.uring.abi.Cqe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A buffer for completions that {@link Ring#copyCqes} copies in bulk. Its contents are valid until
 * the next call. One thread at a time.
 *
 * <p>Source: the {@code []io_uring_cqe} of Zig's {@code IoUring.copy_cqes}.
 */
public final class Completions {
  private final MemorySegment entries;
  private final int capacity;
  private int count;

  /**
   * Creates a buffer for {@code capacity} completions.
   *
   * @throws IllegalArgumentException if {@code capacity} is less than 1
   */
  public Completions(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, was " + capacity);
    }
    this.capacity = capacity;
    this.entries = Arena.ofAuto().allocate(Cqe.LAYOUT, capacity);
  }

  /** The maximum number of completions. */
  public int capacity() {
    return capacity;
  }

  /** The number of completions that the last call copied. */
  public int count() {
    return count;
  }

  /** The user data as submitted; {@code index} 0 is the oldest completion. */
  public long userData(int index) {
    return entries.get(JAVA_LONG, entry(index) + Cqe.USER_DATA);
  }

  /** The result: bytes, a descriptor or zero; or {@code -errno}. */
  public int result(int index) {
    return entries.get(JAVA_INT, entry(index) + Cqe.RES);
  }

  /** {@code IORING_CQE_F_*}; see {@link Ring#hasMore} and {@link Ring#bufferId}. */
  public int flags(int index) {
    return entries.get(JAVA_INT, entry(index) + Cqe.FLAGS);
  }

  private long entry(int index) {
    return Objects.checkIndex(index, count) * Cqe.BYTES;
  }

  void clear() {
    count = 0;
  }

  void add(long userData, int result, int flags) {
    long at = count++ * Cqe.BYTES;
    entries.set(JAVA_LONG, at + Cqe.USER_DATA, userData);
    entries.set(JAVA_INT, at + Cqe.RES, result);
    entries.set(JAVA_INT, at + Cqe.FLAGS, flags);
  }

  /** Appends entries copied from a completion queue. */
  void addAll(MemorySegment queue, long index, int entriesCopied) {
    MemorySegment.copy(
        queue, index * Cqe.BYTES, entries, count * Cqe.BYTES, entriesCopied * Cqe.BYTES);
    count += entriesCopied;
  }
}
