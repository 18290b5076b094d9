package dev.millrace.content.write;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Direct buffers for the bodies of uploads; a few unused ones are kept. Loop thread only. */
final class UploadBuffers {
  /** Long enough that handing it to another thread costs little; two belong to an upload. */
  static final int BYTES = 64 << 10;

  private static final int MAX_KEPT = 16;

  private final ArrayDeque<ByteBuffer> kept = new ArrayDeque<>();

  ByteBuffer take() {
    ByteBuffer buffer = kept.pollLast();
    return buffer == null ? ByteBuffer.allocateDirect(BYTES) : buffer.clear();
  }

  void give(ByteBuffer buffer) {
    if (kept.size() < MAX_KEPT) {
      kept.addLast(buffer);
    }
  }
}
