package dev.millrace.transport.uring;

import dev.millrace.uring.BufferRing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Received bytes in order of arrival. Loop thread only.
 *
 * <p>Nearly every request is read straight from the provided buffer while its completion is
 * handled. Bytes left unread after that are copied to a heap array owned by the connection. The
 * provided buffers are shared by all connections: if idle readers could hold them, active
 * connections would run out of buffers and finally block.
 */
final class Inbox {
  private static final byte[] NONE = {};

  private final BufferRing buffers;
  private byte[] kept = NONE;
  private int keptStart;
  private int keptEnd;

  /** The current provided buffer, or -1; its unread bytes follow the kept ones. */
  private int bufferId = -1;

  private int bufferStart;
  private int bufferEnd;

  Inbox(BufferRing buffers) {
    this.buffers = buffers;
  }

  boolean isEmpty() {
    return unread() == 0;
  }

  int unread() {
    return keptEnd - keptStart + bufferEnd - bufferStart;
  }

  /** Makes a completion's buffer the current one, until {@link #keep}. */
  void add(int id, int length) {
    if (bufferId >= 0) {
      throw new IllegalStateException("keep() was not called for the previous buffer");
    }
    bufferId = id;
    bufferStart = 0;
    bufferEnd = length;
  }

  /** Copies the unread bytes of the current buffer and recycles the buffer. */
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

  /** Copies as many bytes as fit, and returns their number. */
  int read(ByteBuffer into) {
    int total = 0;
    if (keptEnd > keptStart) {
      total = Math.min(keptEnd - keptStart, into.remaining());
      into.put(kept, keptStart, total);
      keptStart += total;
      if (keptStart == keptEnd) {
        kept = NONE; // an idle connection keeps no array
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
    if (into.hasArray()) { // avoids allocating one MemorySegment a request
      int at = into.arrayOffset() + into.position();
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, into.array(), at, n);
    } else {
      MemorySegment.copy(memory, from, MemorySegment.ofBuffer(into), 0, n);
    }
  }

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
