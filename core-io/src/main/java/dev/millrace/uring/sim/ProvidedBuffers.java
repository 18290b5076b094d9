package dev.millrace.uring.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.uring.abi.Structs;
import java.lang.foreign.MemorySegment;

/** The kernel's side of a ring of provided buffers: takes the buffers that the program adds. */
final class ProvidedBuffers {
  private final MemorySegment ring;
  private final int entries;
  private short head;
  private short seen;

  ProvidedBuffers(MemorySegment ring, int entries) {
    this.ring = ring;
    this.entries = entries;
  }

  /** Takes over the buffers recycled since the last call, and fills them with the pattern. */
  void notice() {
    short tail = ring.get(JAVA_SHORT, Structs.BUF_RING_TAIL);
    while (seen != tail) {
      memory(seen++).fill(MemoryGuard.PATTERN);
    }
  }

  boolean isEmpty() {
    return head == seen;
  }

  /** The id of the next buffer. */
  int nextId() {
    return Short.toUnsignedInt(ring.get(JAVA_SHORT, entry(head) + Structs.BUF_BID));
  }

  /** Removes the next buffer; throws if the program wrote to it. */
  MemorySegment take() {
    MemorySegment memory = memory(head);
    MemoryGuard.checkPattern(memory, "provided buffer " + nextId());
    head++;
    return memory;
  }

  /** The next buffer, to be filled and then {@linkplain #takeFilled taken}. */
  MemorySegment peek() {
    MemorySegment memory = memory(head);
    MemoryGuard.checkPattern(memory, "provided buffer " + nextId());
    return memory;
  }

  /** Removes the next buffer, which is filled. */
  void takeFilled() {
    head++;
  }

  private MemorySegment memory(short index) {
    long entry = entry(index);
    return MemorySegment.ofAddress(ring.get(JAVA_LONG, entry + Structs.BUF_ADDR))
        .reinterpret(ring.get(JAVA_INT, entry + Structs.BUF_LEN));
  }

  private long entry(short index) {
    return (index & (entries - 1)) * Structs.BUF.byteSize();
  }
}
