package dev.millrace.gate;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.StreamSourceConduit;

/** Bytes that were received and not passed on. Holds no memory while it is empty. */
final class Held {
  private static final byte[] NONE = {};
  private static final int SMALLEST = 1 << 10;

  private byte[] bytes = NONE;
  private int start;
  private int end;

  byte[] bytes() {
    return bytes;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  int size() {
    return end - start;
  }

  boolean isEmpty() {
    return start == end;
  }

  /** Keeps a copy of bytes, after those already here. */
  void add(byte[] from, int at, int length) {
    if (length > 0) {
      makeRoom(length);
      System.arraycopy(from, at, bytes, end, length);
      end += length;
    }
  }

  /** Receives once, at most {@code most} bytes; returns what the conduit did. */
  int fill(StreamSourceConduit from, int most) throws IOException {
    makeRoom(Math.min(most, SMALLEST));
    int room = Math.min(most, bytes.length - end);
    int n = from.read(ByteBuffer.wrap(bytes, end, room));
    if (n > 0) {
      end += n;
    } else if (isEmpty()) {
      clear();
    }
    return n;
  }

  /** Moves up to {@code most} bytes out; returns how many. */
  int moveTo(ByteBuffer into, long most) {
    int n = (int) Math.min(Math.min(size(), into.remaining()), most);
    into.put(bytes, start, n);
    drop(n);
    return n;
  }

  /**
   * Writes percent signs without two digits as {@code %25}; what follows moves. Two positions of
   * what is held bound the stretch, which becomes up to three times as long.
   *
   * @return by how many bytes it is longer
   */
  int encodePercents(int from, int to) {
    int bare = 0;
    for (int i = from; i < to; i++) {
      bare += isBarePercent(start + i, start + to) ? 1 : 0;
    }
    makeRoom(2 * bare);
    int at = end - 1;
    int target = at + 2 * bare;
    int stretchEnd = start + to;
    end += 2 * bare;
    while (target > at) {
      if (at < stretchEnd && isBarePercent(at, stretchEnd)) {
        bytes[target--] = '5';
        bytes[target--] = '2';
      }
      bytes[target--] = bytes[at--];
    }
    return 2 * bare;
  }

  /** Its digits are read where they were received: bytes move to the right by two or more. */
  private boolean isBarePercent(int at, int stretchEnd) {
    return bytes[at] == '%'
        && (at + 2 >= stretchEnd || Octets.hex(bytes[at + 1]) < 0 || Octets.hex(bytes[at + 2]) < 0);
  }

  /** Forgets bytes at the beginning. */
  void drop(int length) {
    start += length;
    if (start == end) {
      clear();
    }
  }

  void clear() {
    bytes = NONE;
    start = 0;
    end = 0;
  }

  private void makeRoom(int length) {
    if (bytes.length - end >= length) {
      return;
    }
    int size = size();
    int capacity = Math.max(bytes.length, SMALLEST);
    while (capacity < size + length) {
      capacity *= 2;
    }
    byte[] larger = capacity == bytes.length ? bytes : new byte[capacity];
    System.arraycopy(bytes, start, larger, 0, size);
    bytes = larger;
    start = 0;
    end = size;
  }
}
