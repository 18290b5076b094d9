package dev.millrace.transport.uring;

import java.lang.foreign.MemorySegment;

/** A chunk of native memory that is filled, then sent. Loop thread only. */
final class Chunk {
  final MemorySegment memory;
  final long address;
  final boolean large;

  /** End of the filled bytes. */
  int end;

  /** End of the sent bytes. */
  int sent;

  /** Zero-copy sends whose memory the kernel has not yet released. */
  int lent;

  /** Free since the last {@link ChunkPool#trim}. */
  boolean idle;

  /** Free, and its pages are given back to the system. */
  boolean released;

  /** Returned to the pool while still {@link #lent}. */
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
