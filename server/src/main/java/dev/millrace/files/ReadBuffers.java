package dev.millrace.files;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;

/**
 * A pool of buffers of two sizes. One transfer holds one buffer, so that memory is bounded by the
 * number of connections and not by the sizes of files. Event thread only.
 */
public final class ReadBuffers {
  /** Bytes of a small buffer: a small file with room to spare. */
  public static final int SMALL_BYTES = 16 << 10;

  /** Bytes of a large buffer: one read, one send. */
  public static final int LARGE_BYTES = 128 << 10;

  private final Arena arena = Arena.ofAuto();
  private final ArrayDeque<ReadBuffer> small = new ArrayDeque<>();
  private final ArrayDeque<ReadBuffer> large = new ArrayDeque<>();
  private int taken;

  public ReadBuffers() {}

  /** A buffer that holds this many bytes, or the largest there is. */
  public ReadBuffer take(long bytes) {
    taken++;
    boolean wantSmall = bytes <= SMALL_BYTES;
    ReadBuffer buffer = wantSmall ? small.pollFirst() : large.pollFirst();
    return buffer != null
        ? buffer
        : new ReadBuffer(arena.allocate(wantSmall ? SMALL_BYTES : LARGE_BYTES, 4096));
  }

  /** Takes a buffer back, with no read into it in flight. */
  public void give(ReadBuffer buffer) {
    taken--;
    buffer.bytes().clear();
    (buffer.capacityBytes() == SMALL_BYTES ? small : large).addFirst(buffer);
  }

  /** Buffers held now. */
  public int taken() {
    return taken;
  }
}
