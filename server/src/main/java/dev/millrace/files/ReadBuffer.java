package dev.millrace.files;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory for one read from a file, taken from {@link ReadBuffers} and returned to it. */
public final class ReadBuffer {
  private final MemorySegment memory;
  private final ByteBuffer bytes;

  ReadBuffer(MemorySegment memory) {
    this.memory = memory;
    this.bytes = memory.asByteBuffer();
  }

  /** The same memory; the holder owns position and limit. */
  public ByteBuffer bytes() {
    return bytes;
  }

  public int capacityBytes() {
    return bytes.capacity();
  }

  /** The memory itself. */
  public MemorySegment memory() {
    return memory;
  }
}
