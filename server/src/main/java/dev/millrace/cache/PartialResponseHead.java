package dev.millrace.cache;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The head of a 206 response with one range. Only Content-Range and Content-Length depend on the
 * range (RFC 9110 §15.3.7.1). Loop thread only.
 */
final class PartialResponseHead {
  private static final byte[] UNIT = "bytes ".getBytes(StandardCharsets.US_ASCII);

  /** Room for growth of the two values, which have three numbers of at most 19 digits. */
  private static final int ROOM_BYTES = 3 * 19;

  private final byte[] head;
  private final boolean prefixed;
  private final int rangeAt;
  private final int rangeEnd;
  private final int size;
  private final int lengthAt;
  private final int lengthEnd;
  private final byte[] assembled;
  private final MemorySegment sent;
  private final byte[] digits = new byte[19];
  private int sizeBytes;
  private long first = -1;
  private long last;

  /**
   * @param head the head for any range, {@linkplain #canBe with both fields}
   * @param arena allocates the memory that is sent
   */
  PartialResponseHead(byte[] head, HeadFormat format, Arena arena) {
    this.head = head;
    this.prefixed = format.isPrefixed();
    this.rangeAt = format.contentRangeAt(head);
    this.lengthAt = format.contentLengthAt(head);
    this.rangeEnd = endOfValue(head, rangeAt);
    this.lengthEnd = endOfValue(head, lengthAt);
    this.size = indexOf(head, (byte) '/', rangeAt);
    this.assembled = new byte[head.length + ROOM_BYTES];
    this.sent = arena.allocate(assembled.length, 64);
  }

  /** Whether a head has both fields. */
  static boolean canBe(byte[] head, HeadFormat format) {
    return format.contentRangeAt(head) >= 0 && format.contentLengthAt(head) >= 0;
  }

  private int endOfValue(byte[] in, int valueAt) {
    return prefixed ? valueAt + 1 + in[valueAt] : indexOf(in, (byte) '\r', valueAt);
  }

  private static int indexOf(byte[] in, byte what, int from) {
    int at = from;
    while (in[at] != what) { // always found: a line ends with CRLF, Content-Range with a size
      at++;
    }
    return at;
  }

  /** Memory in bytes beside {@link #bytes}. */
  int costBytes() {
    return head.length + assembled.length;
  }

  /** Updates the Date field. */
  void date(int at, byte[] date) {
    System.arraycopy(date, 0, head, at, date.length);
    first = -1;
  }

  /** Sets the range. */
  void set(SingleByteRange part) {
    if (part.first() == first && part.last() == last) {
      return;
    }
    first = part.first();
    last = part.last();
    boolean rangeIsFirst = rangeAt < lengthAt;
    int at = 0;
    int from = 0;
    for (int i = 0; i < 2; i++) {
      boolean range = rangeIsFirst == (i == 0);
      at = copy(from, range ? rangeAt : lengthAt, at);
      int value = prefixed ? at + 1 : at;
      if (range) {
        System.arraycopy(UNIT, 0, assembled, value, UNIT.length);
        int next = number(first, value + UNIT.length);
        assembled[next++] = '-';
        next = number(last, next);
        next = copy(size, rangeEnd, next);
        from = rangeEnd;
        at = ended(at, value, next);
      } else {
        from = lengthEnd;
        at = ended(at, value, number(part.lengthBytes(), value));
      }
    }
    sizeBytes = copy(from, head.length, at);
    MemorySegment.copy(assembled, 0, sent, JAVA_BYTE, 0, sizeBytes);
  }

  /** Sets the length before a value, if there is one; returns the value's end. */
  private int ended(int before, int value, int end) {
    if (prefixed) {
      assembled[before] = (byte) (end - value); // at most 67
    }
    return end;
  }

  private int copy(int from, int to, int at) {
    System.arraycopy(head, from, assembled, at, to - from);
    return at + to - from;
  }

  private int number(long value, int at) {
    int count = 0;
    long left = value;
    do {
      digits[count++] = (byte) ('0' + left % 10);
      left /= 10;
    } while (left > 0);
    for (int i = 0; i < count; i++) {
      assembled[at + i] = digits[count - 1 - i];
    }
    return at + count;
  }

  /** The memory whose first {@link #sizeBytes} bytes are the head for the last range. */
  MemorySegment bytes() {
    return sent;
  }

  int sizeBytes() {
    return sizeBytes;
  }
}
