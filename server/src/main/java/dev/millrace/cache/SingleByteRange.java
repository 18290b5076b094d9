package dev.millrace.cache;

/**
 * The Range field of a request (RFC 9110 §14.1.2) if it has the form {@code bytes=first-last},
 * {@code bytes=first-} or {@code bytes=-length}. Fields of any other form take the full path. Loop
 * thread only.
 */
final class SingleByteRange {
  private static final byte[] UNIT = {'b', 'y', 't', 'e', 's', '='};

  /** With 18 digits a number does not overflow, and is beyond the end of any file. */
  private static final int MAX_DIGITS = 18;

  private static final long NONE = -1;

  private long from;
  private long to;
  private long first;
  private long last;

  /** Parses a field's stripped value; false if it has another form. */
  boolean parse(byte[] bytes, int start, int end) {
    int at = start + UNIT.length;
    if (at >= end) {
      return false;
    }
    for (int i = 0; i < UNIT.length; i++) {
      if (bytes[start + i] != UNIT[i]) {
        return false;
      }
    }
    int dash = at;
    while (dash < end && bytes[dash] != '-') {
      dash++;
    }
    if (dash == end || (dash == at && dash + 1 == end)) {
      return false;
    }
    from = dash == at ? NONE : number(bytes, at, dash);
    to = dash + 1 == end ? NONE : number(bytes, dash + 1, end);
    return (dash == at || from >= 0) && (dash + 1 == end || to >= 0);
  }

  private static long number(byte[] bytes, int from, int to) {
    if (to - from > MAX_DIGITS) {
      return NONE;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return NONE;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /**
   * Whether the range is satisfiable for a file of this size; sets {@link #first} and {@link
   * #last}.
   */
  boolean fits(long sizeBytes) {
    if (from == NONE) {
      first = Math.max(0, sizeBytes - to);
      last = sizeBytes - 1;
    } else {
      first = from;
      last = to == NONE ? sizeBytes - 1 : Math.min(to, sizeBytes - 1);
      if (to != NONE && to < from) {
        return false;
      }
    }
    return first <= last;
  }

  /** Position of the first byte; valid after {@link #fits}. */
  long first() {
    return first;
  }

  /** Position of the last byte; valid after {@link #fits}. */
  long last() {
    return last;
  }

  long lengthBytes() {
    return last - first + 1;
  }
}
