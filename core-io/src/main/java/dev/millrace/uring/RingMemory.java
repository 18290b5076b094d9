package dev.millrace.uring;

import java.lang.foreign.MemorySegment;

/** Checks memory that the kernel is about to use. */
final class RingMemory {
  private RingMemory() {}

  /**
   * The address of a segment that the kernel reads.
   *
   * @throws IllegalArgumentException if it lies on the heap, which the garbage collector moves
   * @throws IllegalStateException if its arena is closed
   */
  static long address(MemorySegment memory) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException(
          "the kernel cannot access the heap; allocate native memory from an Arena: " + memory);
    }
    if (!memory.scope().isAlive()) {
      throw new IllegalStateException("the arena of the memory is closed: " + memory);
    }
    return memory.address();
  }

  /**
   * As {@link #address}, of a segment that the kernel writes.
   *
   * @throws IllegalArgumentException also if it is read-only
   */
  static long written(MemorySegment memory) {
    if (memory.isReadOnly()) {
      throw new IllegalArgumentException("the memory is read-only: " + memory);
    }
    return address(memory);
  }

  /**
   * Its length in bytes.
   *
   * @throws IllegalArgumentException if it is longer than one operation can move
   */
  static int length(MemorySegment memory) {
    if (memory.byteSize() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an operation moves at most " + Integer.MAX_VALUE + " bytes: " + memory);
    }
    return (int) memory.byteSize();
  }
}
