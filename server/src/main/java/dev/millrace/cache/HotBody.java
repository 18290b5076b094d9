package dev.millrace.cache;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The whole body of an answer in memory. Loop thread only. */
final class HotBody extends Recency.Node<HotBody> {
  private final Arena arena = Arena.ofConfined();
  private final HotAnswer answer;
  private final MemorySegment bytes;

  private HotBody(HotAnswer answer, int length) {
    this.answer = answer;
    this.bytes = arena.allocate(length, 64);
  }

  static HotBody of(HotAnswer answer, byte[] body) {
    HotBody kept = new HotBody(answer, body.length);
    MemorySegment.copy(body, 0, kept.bytes, JAVA_BYTE, 0, body.length);
    return kept;
  }

  static HotBody of(HotAnswer answer, MemorySegment body, int length) {
    HotBody kept = new HotBody(answer, length);
    MemorySegment.copy(body, 0, kept.bytes, 0, length);
    return kept;
  }

  /** Whose it is. */
  HotAnswer answer() {
    return answer;
  }

  MemorySegment bytes() {
    return bytes;
  }

  int costBytes() {
    return costBytes((int) bytes.byteSize());
  }

  /** What a body takes of the cache's bound. */
  static int costBytes(int length) {
    return length + 150; // what the objects take, about
  }

  void close() {
    arena.close();
  }
}
