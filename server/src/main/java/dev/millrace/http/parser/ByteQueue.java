package dev.millrace.http.parser;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.StreamSourceConduit;

/** Bytes that were received and not used yet. Holds no memory while it is empty. */
public final class ByteQueue {
  private static final byte[] NONE = {};
  private static final int SMALLEST = 1 << 10;

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

  /** Keeps a copy of bytes, after those already here. */
  public void add(byte[] from, int at, int length) {
    if (length > 0) {
      makeRoom(length);
      System.arraycopy(from, at, bytes, end, length);
      end += length;
    }
  }

  /** Receives once, at most {@code most} bytes; returns what the conduit did. */
  public int fill(StreamSourceConduit from, int most) throws IOException {
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
  public int moveTo(ByteBuffer into, long most) {
    int n = (int) Math.min(Math.min(size(), into.remaining()), most);
    into.put(bytes, start, n);
    drop(n);
    return n;
  }

  /** Forgets bytes at the beginning. */
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
