package dev.millrace.http.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.StreamSourceConduit;

/** A queue of bytes that are received and not processed. Holds no memory while it is empty. */
public final class ByteQueue {
  private static final byte[] NONE = {};
  private static final int MIN_CAPACITY = 1 << 10;

  private byte[] bytes = NONE;
  private int start;
  private int end;

  public ByteQueue() {}

  public byte[] bytes() {
    return bytes;
  }

  public int start() {
    return start;
  }

  public int end() {
    return end;
  }

  public int size() {
    return end - start;
  }

  public boolean isEmpty() {
    return start == end;
  }

  /** Appends a copy of bytes. */
  public void add(byte[] from, int at, int length) {
    if (length > 0) {
      makeRoom(length);
      System.arraycopy(from, at, bytes, end, length);
      end += length;
    }
  }

  /** Reads once, at most {@code max} bytes; returns the result of the conduit's read. */
  public int fill(StreamSourceConduit from, int max) throws IOException {
    makeRoom(Math.min(max, MIN_CAPACITY));
    int room = Math.min(max, bytes.length - end);
    int n = from.read(ByteBuffer.wrap(bytes, end, room));
    if (n > 0) {
      end += n;
    } else if (isEmpty()) {
      clear();
    }
    return n;
  }

  /** Moves up to {@code max} bytes out; returns their number. */
  public int moveTo(ByteBuffer into, long max) {
    int n = (int) Math.min(Math.min(size(), into.remaining()), max);
    into.put(bytes, start, n);
    drop(n);
    return n;
  }

  /** Removes bytes at the beginning. */
  public void drop(int length) {
    start += length;
    if (start == end) {
      clear();
    }
  }

  public void clear() {
    bytes = NONE;
    start = 0;
    end = 0;
  }

  private void makeRoom(int length) {
    if (bytes.length - end >= length) {
      return;
    }
    int size = size();
    int capacity = Math.max(bytes.length, MIN_CAPACITY);
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
