package dev.millrace.cache;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The complete body of a cached response in native memory. Loop thread only. */
final class CachedBody extends AccessOrderList.Node<CachedBody> {
  private final Arena arena = Arena.ofConfined();
  private final CachedResponse answer;
  private final MemorySegment bytes;

  private CachedBody(CachedResponse answer, int length) {
    this.answer = answer;
    this.bytes = arena.allocate(length, 64);
  }

  static CachedBody of(CachedResponse answer, byte[] body) {
    CachedBody copy = new CachedBody(answer, body.length);
    MemorySegment.copy(body, 0, copy.bytes, JAVA_BYTE, 0, body.length);
    return copy;
  }

  static CachedBody of(CachedResponse answer, MemorySegment body, int length) {
    CachedBody copy = new CachedBody(answer, length);
    MemorySegment.copy(body, 0, copy.bytes, 0, length);
    return copy;
  }

  /** The response to which the body belongs. */
  CachedResponse answer() {
    return answer;
  }

  MemorySegment bytes() {
    return bytes;
  }

  int costBytes() {
    return costBytes((int) bytes.byteSize());
  }

  /** The share of the cache's bound that a body takes. */
  static int costBytes(int length) {
    return length + 150; // approximate size of the objects
  }

  void close() {
    arena.close();
  }
}
