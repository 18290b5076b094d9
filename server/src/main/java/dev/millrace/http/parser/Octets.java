package dev.millrace.http.parser;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Classes of octets, and tests on eight octets at once. */
public final class Octets {
  static final byte SP = ' ';
  static final byte HT = '\t';
  public static final byte CR = '\r';
  public static final byte LF = '\n';

  /** Octets of a token (RFC 9110 §5.6.2). */
  static final boolean[] TOKEN = new boolean[256];

  /**
   * Octets of a request target: visible ASCII except {@code # \} and the percent sign, which
   * callers check themselves. Six octets that RFC 3986 excludes, {@code " < > ^ ` { | }}, are
   * included: browsers send some of them unencoded, and they have no special meaning here.
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

  public static boolean isToken(byte b) {
    return TOKEN[b & 0xff];
  }

  public static boolean isBlank(byte b) {
    return b == SP || b == HT;
  }

  /** Eight octets, the first in the lowest bits. */
  static long readLongLE(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** Eight octets with letters in lower case; may change other octets too. */
  static long eightFolded(byte[] bytes, int at) {
    return readLongLE(bytes, at) | (ONES * 0x20);
  }

  /** Up to eight ASCII characters in the form of {@link #readLongLE(byte[], int)}. */
  static long readLongLE(String ascii) {
    long word = 0;
    for (int i = 0; i < ascii.length(); i++) {
      word |= (long) ascii.charAt(i) << (8 * i);
    }
    return word;
  }

  /** Whether any of eight octets is below 0x20, or at least 0x7F. */
  static boolean hasUnusual(long word) {
    return unusual(word) != 0;
  }

  /**
   * Sets the high bit of each octet that is below 0x20 or at least 0x7F. Exact up to the lowest
   * such octet: borrows and carries start only at an octet whose own high bit is set here, and
   * affect higher ones only.
   */
  private static long unusual(long word) {
    return ((word - ONES * 0x20) | (word + ONES) | word) & HIGHS;
  }

  /** Sets the high bit of each octet that is an ASCII letter or a hyphen. Exact. */
  private static long lettersAndHyphens(long word) {
    long low = (word | (ONES * 0x20)) & ~HIGHS;
    long letters = (low + ONES * (0x80 - 'a')) & ~(low + ONES * (0x7f - 'z'));
    // Exact, unlike a test that subtracts: no borrow crosses octets.
    long difference = (word ^ (ONES * '-')) & ~HIGHS;
    long hyphens = ~(difference + ONES * 0x7f);
    return (letters | hyphens) & ~word & HIGHS;
  }

  /**
   * The end of a run of letters and hyphens, or an earlier index close to the array's end. Never
   * beyond the end of a field's name, and nearly always at it.
   */
  static int endOfName(byte[] bytes, int from) {
    int at = from;
    // Two words at once: a branch on the number of words is often mispredicted.
    while (at + 16 <= bytes.length) {
      int others =
          gathered(~lettersAndHyphens(readLongLE(bytes, at)) & HIGHS)
              | gathered(~lettersAndHyphens(readLongLE(bytes, at + 8)) & HIGHS) << 8;
      if (others != 0) {
        return at + Integer.numberOfTrailingZeros(others);
      }
      at += 16;
    }
    return at;
  }

  /** The high bits of eight octets, as the lowest eight bits. */
  private static int gathered(long highs) {
    return (int) (((highs >>> 7) * 0x0102040810204080L) >>> 56);
  }

  /**
   * The index of the first octet that is below 0x20 or at least 0x7F, or an earlier index close to
   * the array's end.
   */
  static int indexOfNonPrintable(byte[] bytes, int from) {
    int at = from;
    while (at + 16 <= bytes.length) {
      long low = unusual(readLongLE(bytes, at));
      long high = unusual(readLongLE(bytes, at + 8));
      if ((low | high) != 0) {
        return low != 0
            ? at + (Long.numberOfTrailingZeros(low) >>> 3)
            : at + 8 + (Long.numberOfTrailingZeros(high) >>> 3);
      }
      at += 16;
    }
    while (at < bytes.length - 1 && bytes[at] >= ' ' && bytes[at] != 0x7f) {
      at++;
    }
    return Math.min(at, bytes.length - 1);
  }

  /** Whether all of eight octets are target octets other than {@code ! '}. */
  static boolean isPlainTarget(long word) {
    // Setting these two bits makes ! # % ' equal.
    long quotes = (word | (ONES * 0x06)) ^ (ONES * 0x27);
    long backslash = word ^ (ONES * '\\');
    long others =
        ((quotes - ONES) & ~quotes)
            | ((backslash - ONES) & ~backslash)
            | (word - ONES * 0x21)
            | (word + ONES)
            | word;
    return (others & HIGHS) == 0;
  }

  /** The value of a hexadecimal digit, or -1. */
  static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }

  /** Compares bytes, in any case, with a word of lower-case letters, digits and hyphens. */
  static boolean is(byte[] bytes, int from, int to, String lowerCase) {
    if (to - from != lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      // Setting the bit folds letters and keeps digits and hyphens. No other token octet becomes
      // one of these.
      if ((bytes[from + i] | 0x20) != lowerCase.charAt(i) || bytes[from + i] < '-') {
        return false;
      }
    }
    return true;
  }
}
