package dev.millrace.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Classes of octets, and looking at eight of them at once. */
final class Octets {
  static final byte SP = ' ';
  static final byte HT = '\t';
  static final byte CR = '\r';
  static final byte LF = '\n';

  /** Octets of a token (RFC 9110 §5.6.2). */
  static final boolean[] TOKEN = new boolean[256];

  /**
   * Octets of a request target: visible ASCII without {@code # \}. RFC 3986 leaves out six more,
   * {@code " < > ^ ` { | }}; browsers send some of them raw, and they mean nothing else here. The
   * percent sign is not among them, to be looked at on its own.
   */
  static final boolean[] TARGET = new boolean[256];

  /** Octets of a field's value: visible, space, tab, and 0x80 to 0xFF (RFC 9110 §5.5). */
  static final boolean[] VALUE = new boolean[256];

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  static {
    for (int c = 0; c < 256; c++) {
      boolean visible = c > ' ' && c < 0x7f;
      TOKEN[c] = visible && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
      TARGET[c] = visible && "#\\%".indexOf(c) < 0;
      VALUE[c] = c == HT || (c >= ' ' && c != 0x7f);
    }
  }

  private Octets() {}

  static boolean isToken(byte b) {
    return TOKEN[b & 0xff];
  }

  static boolean isBlank(byte b) {
    return b == SP || b == HT;
  }

  /** Eight octets, the first in the lowest bits. */
  static long eight(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** Up to eight ASCII characters as {@link #eight} reads them. */
  static long eight(String ascii) {
    long word = 0;
    for (int i = 0; i < ascii.length(); i++) {
      word |= (long) ascii.charAt(i) << (8 * i);
    }
    return word;
  }

  /** Whether one of eight octets is below 0x20, or 0x7F. */
  static boolean hasControl(long eight) {
    long below = (eight - ONES * 0x20) & ~eight;
    long delete = eight ^ (ONES * 0x7f);
    return ((below | ((delete - ONES) & ~delete)) & HIGHS) != 0;
  }

  /** A hexadecimal digit's value, or -1. */
  static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }

  /** Whether bytes are a word of lower-case letters, digits and hyphens, in any case. */
  static boolean is(byte[] bytes, int from, int to, String lowerCase) {
    if (to - from != lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      // Setting the bit folds letters and leaves digits and hyphens; of other token octets it
      // makes none of these.
      if ((bytes[from + i] | 0x20) != lowerCase.charAt(i) || bytes[from + i] < '-') {
        return false;
      }
    }
    return true;
  }
}
