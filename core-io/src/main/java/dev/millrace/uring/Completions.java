package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.uring.abi.Cqe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Room for completions that {@link Ring#copyCqes} takes off the queue in one go: copies of the
 * kernel's entries, the caller's until the next call. For one thread at a time.
 *
 * <p>Source: the {@code []io_uring_cqe} of Zig's {@code IoUring.copy_cqes}.
 */
public final class Completions {
  private final MemorySegment entries;
  private final int capacity;
  private int count;

  /**
   * Room for {@code capacity} completions.
   *
   * @throws IllegalArgumentException if that is less than 1
   */
  public Completions(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("room for at least 1 completion, not " + capacity);
    }
    this.capacity = capacity;
    this.entries = Arena.ofAuto().allocate(Cqe.LAYOUT, capacity);
  }

  /** How many fit. */
  public int capacity() {
    return capacity;
  }

  /** How many the last call copied. */
  public int count() {
    return count;
  }

  /** As submitted; {@code index} is 0 for the oldest. */
  public long userData(int index) {
    return entries.get(JAVA_LONG, entry(index) + Cqe.USER_DATA);
  }

  /** Bytes, a descriptor or zero; or {@code -errno}. */
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

  /** Appends a run of entries as they stand in a completion queue. */
  void addAll(MemorySegment queue, long index, int entriesCopied) {
    MemorySegment.copy(
        queue, index * Cqe.BYTES, entries, count * Cqe.BYTES, entriesCopied * Cqe.BYTES);
    count += entriesCopied;
  }
}
