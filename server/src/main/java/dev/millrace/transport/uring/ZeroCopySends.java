package dev.millrace.transport.uring;

import dev.millrace.loop.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * One connection's chunks in zero-copy sends, by the tag of the send, until the kernel's
 * notification. Loop thread only.
 */
final class ZeroCopySends {
  /** The tags of zero-copy sends start here. */
  static final int FIRST_TAG = 5;

  private final @Nullable Chunk[] chunks = new Chunk[EventLoop.TAGS - FIRST_TAG];
  private final int[] bytes = new int[EventLoop.TAGS - FIRST_TAG];
  private int count;

  /** Lends a chunk to one send. Returns the send's tag, or -1 if none is free. */
  int begin(Chunk chunk) {
    for (int i = 0; i < chunks.length; i++) {
      if (chunks[i] == null) {
        chunks[i] = chunk;
        bytes[i] = 0;
        count++;
        chunk.lent++;
        return FIRST_TAG + i;
      }
    }
    return -1;
  }

  /** Records the bytes that a send accepted. */
  void sent(int tag, int taken) {
    bytes[tag - FIRST_TAG] = taken;
  }

  int bytes(int tag) {
    return bytes[tag - FIRST_TAG];
  }

  /** The kernel has released the memory. Returns the chunk. */
  Chunk complete(int tag) {
    Chunk chunk = chunks[tag - FIRST_TAG];
    if (chunk == null) {
      throw new IllegalStateException("no chunk is lent to send " + tag);
    }
    chunks[tag - FIRST_TAG] = null;
    count--;
    return chunk;
  }

  boolean isEmpty() {
    return count == 0;
  }
}
