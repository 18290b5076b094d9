package dev.millrace.files;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory to read a piece of a file into; from {@link ReadBuffers}, and given back to it. */
public final class ReadBuffer {
  private final MemorySegment memory;
  private final ByteBuffer bytes;

  ReadBuffer(MemorySegment memory) {
    this.memory = memory;
    this.bytes = memory.asByteBuffer();
  }

  /** The same memory as a buffer; position and limit are the holder's. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Its size. */
  public int capacityBytes() {
    return bytes.capacity();
  }

  MemorySegment memory() {
    return memory;
  }
}
