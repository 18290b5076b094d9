package dev.millrace.files;

import dev.millrace.loop.LoopOwner;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;

/**
 * A pool of buffers of two sizes. One transfer holds one buffer, so memory is bounded by the number
 * of connections and not by file sizes. Loop thread only.
 */
public final class ReadBuffers {
  /** Size of a small buffer; fits a small file. */
  public static final int SMALL_BYTES = 16 << 10;

  /** Size of a large buffer; one read and one send. */
  public static final int LARGE_BYTES = 128 << 10;

  private final LoopOwner owner = new LoopOwner();
  private final Arena arena = Arena.ofAuto();
  private final ArrayDeque<ReadBuffer> small = new ArrayDeque<>();
  private final ArrayDeque<ReadBuffer> large = new ArrayDeque<>();
  private int taken;

  public ReadBuffers() {}

  /** Returns a buffer that fits this many bytes, or a large one. */
  public ReadBuffer take(long bytes) {
    assert owner.isCurrent();
    taken++;
    boolean wantSmall = bytes <= SMALL_BYTES;
    ReadBuffer buffer = wantSmall ? small.pollFirst() : large.pollFirst();
    return buffer != null
        ? buffer
        : new ReadBuffer(arena.allocate(wantSmall ? SMALL_BYTES : LARGE_BYTES, 4096));
  }

  /** Returns a buffer to the pool; no read into it may be in flight. */
  public void give(ReadBuffer buffer) {
    assert owner.isCurrent();
    taken--;
    buffer.bytes().clear();
    (buffer.capacityBytes() == SMALL_BYTES ? small : large).addFirst(buffer);
  }

  /** Number of buffers in use. */
  public int taken() {
    return taken;
  }
}
