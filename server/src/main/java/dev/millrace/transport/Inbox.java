package dev.millrace.transport;

import dev.millrace.uring.BufferRing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * Received bytes in the order they came, in provided buffers that go back to the kernel as soon as
 * they are read. Loop thread only.
 */
final class Inbox {
  private final BufferRing buffers;
  private int[] ids = new int[4];
  private int[] lengths = new int[4];
  private int first;
  private int count;

  /** How much of the first buffer has been read. */
  private int consumed;

  Inbox(BufferRing buffers) {
    this.buffers = buffers;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Buffers held. */
  int buffers() {
    return count;
  }

  void add(int bufferId, int length) {
    if (count == ids.length) {
      grow();
    }
    int at = (first + count) & (ids.length - 1);
    ids[at] = bufferId;
    lengths[at] = length;
    count++;
  }

  /** Moves as much as fits and returns how much that was. */
  int read(ByteBuffer into) {
    int total = 0;
    while (count > 0 && into.hasRemaining()) {
      int available = lengths[first] - consumed;
      int n = Math.min(available, into.remaining());
      copy(buffers.offset(ids[first]) + consumed, into, n);
      total += n;
      consumed += n;
      if (n == available) {
        recycleFirst();
      }
    }
    return total;
  }

  private void copy(long from, ByteBuffer into, int length) {
    if (into.hasArray()) {
      MemorySegment.copy(
          buffers.memory(),
          ValueLayout.JAVA_BYTE,
          from,
          into.array(),
          into.arrayOffset() + into.position(),
          length);
    } else {
      MemorySegment.ofBuffer(into)
          .asSlice(0, length)
          .copyFrom(buffers.memory().asSlice(from, length));
    }
    into.position(into.position() + length);
  }

  /** Drops everything unread. */
  void clear() {
    while (count > 0) {
      recycleFirst();
    }
  }

  private void recycleFirst() {
    buffers.recycle(ids[first]);
    first = (first + 1) & (ids.length - 1);
    count--;
    consumed = 0;
  }

  private void grow() {
    int[] moreIds = new int[ids.length * 2];
    int[] moreLengths = new int[ids.length * 2];
    for (int i = 0; i < count; i++) {
      moreIds[i] = ids[(first + i) & (ids.length - 1)];
      moreLengths[i] = lengths[(first + i) & (ids.length - 1)];
    }
    ids = moreIds;
    lengths = moreLengths;
    first = 0;
  }
}
