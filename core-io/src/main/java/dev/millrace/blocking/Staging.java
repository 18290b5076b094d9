package dev.millrace.blocking;

import java.lang.foreign.MemorySegment;

/** Checks the memory that a ring reads into or writes from. */
final class Staging {
  private Staging() {}

  /**
   * Returns {@code staging}.
   *
   * @throws IllegalArgumentException if it is empty or on the heap: a read of zero bytes looks like
   *     the end of the file, a write of zero bytes makes no progress, and the kernel cannot access
   *     the heap
   */
  static MemorySegment check(MemorySegment staging) {
    if (!staging.isNative() || staging.byteSize() == 0) {
      throw new IllegalArgumentException(
          "staging must be native memory of at least 1 byte: %s, %d bytes"
              .formatted(staging.isNative() ? "native" : "heap", staging.byteSize()));
    }
    return staging;
  }
}
