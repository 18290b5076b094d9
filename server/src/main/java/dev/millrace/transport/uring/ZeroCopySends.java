package dev.millrace.transport.uring;

import dev.millrace.loop.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that the kernel sends from without a copy, for one connection: by the tag of the send,
 * until its notification. Loop thread only.
 */
final class ZeroCopySends {
  /** Tags from here on are those of zero-copy sends. */
  static final int FIRST_TAG = 5;

  private final @Nullable Chunk[] chunks = new Chunk[EventLoop.TAGS - FIRST_TAG];
  private final int[] bytes = new int[EventLoop.TAGS - FIRST_TAG];
  private int count;

  /** Lends a chunk for one send; returns the send's tag, or -1 if there is none free. */
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

  /** So many bytes were taken from it. */
  void sent(int tag, int taken) {
    bytes[tag - FIRST_TAG] = taken;
  }

  /** How many bytes a send has taken. */
  int bytes(int tag) {
    return bytes[tag - FIRST_TAG];
  }

  /** The kernel needs the memory no more; returns the chunk. */
  Chunk complete(int tag) {
    Chunk chunk = chunks[tag - FIRST_TAG];
    if (chunk == null) {
      throw new IllegalStateException("nothing is lent to send " + tag);
    }
    chunks[tag - FIRST_TAG] = null;
    count--;
    return chunk;
  }

  boolean isEmpty() {
    return count == 0;
  }
}
