package dev.millrace.transport.uring;

import java.lang.foreign.MemorySegment;

/** A stretch of native memory being filled, then sent. Loop thread only. */
final class Chunk {
  final MemorySegment memory;
  final long address;
  final boolean large;

  /** Filled up to here. */
  int end;

  /** Sent up to here. */
  int sent;

  /** Zero-copy sends from it whose memory the kernel has not given back. */
  int lent;

  /** Nobody's any more, but still {@link #lent}. */
  boolean abandoned;

  Chunk(MemorySegment memory, boolean large) {
    this.memory = memory;
    this.address = memory.address();
    this.large = large;
  }

  int room() {
    return (int) memory.byteSize() - end;
  }

  int unsent() {
    return end - sent;
  }
}
