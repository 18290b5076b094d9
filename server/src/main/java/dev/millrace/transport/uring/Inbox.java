package dev.millrace.transport.uring;

import dev.millrace.uring.BufferRing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Received bytes in the order they came. Loop thread only.
 *
 * <p>Bytes are read straight from the provided buffer while its completion is being handled, which
 * is what nearly every request does. What is left after that is copied to a heap array of the
 * connection's own: the provided buffers are shared by all connections, and if those that nobody
 * reads could hold them, they would starve, and in the end block, those that somebody does.
 */
final class Inbox {
  private static final byte[] NONE = {};

  private final BufferRing buffers;
  private byte[] kept = NONE;
  private int keptStart;
  private int keptEnd;

  /** The provided buffer in hand, or -1; its unread bytes come after those kept. */
  private int bufferId = -1;

  private int bufferStart;
  private int bufferEnd;

  Inbox(BufferRing buffers) {
    this.buffers = buffers;
  }

  boolean isEmpty() {
    return unread() == 0;
  }

  /** Bytes not yet read. */
  int unread() {
    return keptEnd - keptStart + bufferEnd - bufferStart;
  }

  /** Takes a completion's buffer in hand, until {@link #keep}. */
  void add(int id, int length) {
    if (bufferId >= 0) {
      throw new IllegalStateException("the last buffer was not kept");
    }
    bufferId = id;
    bufferStart = 0;
    bufferEnd = length;
  }

  /** Copies what is unread of the buffer in hand and gives the buffer back. */
  void keep() {
    if (bufferId < 0) {
      return;
    }
    int n = bufferEnd - bufferStart;
    if (n > 0) {
      makeRoom(n);
      long from = buffers.offset(bufferId) + bufferStart;
      MemorySegment.copy(buffers.memory(), ValueLayout.JAVA_BYTE, from, kept, keptEnd, n);
      keptEnd += n;
    }
    recycle();
  }

  /** Moves as much as fits and returns how much that was. */
  int read(ByteBuffer into) {
    int total = 0;
    if (keptEnd > keptStart) {
      total = Math.min(keptEnd - keptStart, into.remaining());
      into.put(kept, keptStart, total);
      keptStart += total;
      if (keptStart == keptEnd) {
        kept = NONE; // an idle connection holds nothing
        keptStart = 0;
        keptEnd = 0;
      }
    }
    int n = Math.min(bufferEnd - bufferStart, into.remaining());
    if (n > 0) {
      long from = buffers.offset(bufferId) + bufferStart;
      copy(from, into, n);
      into.position(into.position() + n);
      bufferStart += n;
      total += n;
    }
    return total;
  }

  private void copy(long from, ByteBuffer into, int n) {
    MemorySegment memory = buffers.memory();
    if (into
        .hasArray()) { // no segment of the target is made, of which there would be one a request
      int at = into.arrayOffset() + into.position();
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, into.array(), at, n);
    } else {
      MemorySegment.copy(memory, from, MemorySegment.ofBuffer(into), 0, n);
    }
  }

  /** Drops everything unread. */
  void clear() {
    kept = NONE;
    keptStart = 0;
    keptEnd = 0;
    if (bufferId >= 0) {
      recycle();
    }
  }

  private void recycle() {
    buffers.recycle(bufferId);
    bufferId = -1;
    bufferStart = 0;
    bufferEnd = 0;
  }

  private void makeRoom(int n) {
    if (kept.length - keptEnd >= n) {
      return;
    }
    int have = keptEnd - keptStart;
    int capacity = Math.max(kept.length, 1024);
    while (capacity < have + n) {
      capacity *= 2;
    }
    kept =
        capacity == kept.length
            ? shifted()
            : Arrays.copyOf(Arrays.copyOfRange(kept, keptStart, keptEnd), capacity);
    keptStart = 0;
    keptEnd = have;
  }

  private byte[] shifted() {
    System.arraycopy(kept, keptStart, kept, 0, keptEnd - keptStart);
    return kept;
  }
}
