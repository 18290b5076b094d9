package dev.millrace.http.parser;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Classes of octets, and looking at eight of them at once. */
public final class Octets {
  static final byte SP = ' ';
  static final byte HT = '\t';
  public static final byte CR = '\r';
  public static final byte LF = '\n';

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
  static long readLongLE(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** The same with letters in lower case; other octets may be changed into others. */
  static long eightFolded(byte[] bytes, int at) {
    return readLongLE(bytes, at) | (ONES * 0x20);
  }

  /** Up to eight ASCII characters as {@link #readLongLE} reads them. */
  static long readLongLE(String ascii) {
    long word = 0;
    for (int i = 0; i < ascii.length(); i++) {
      word |= (long) ascii.charAt(i) << (8 * i);
    }
    return word;
  }

  /** Whether one of eight octets is below 0x20, or 0x7F, or above. */
  static boolean hasUnusual(long word) {
    return unusual(word) != 0;
  }

  /**
   * The high bit of each octet below 0x20, or 0x7F, or above. Exact up to the lowest such: a borrow
   * or carry comes out of an octet that has its own high bit here, and reaches only higher ones.
   */
  private static long unusual(long word) {
    return ((word - ONES * 0x20) | (word + ONES) | word) & HIGHS;
  }

  /** The high bit of each octet that is an ASCII letter or a hyphen; exact. */
  private static long lettersAndHyphens(long word) {
    long low = (word | (ONES * 0x20)) & ~HIGHS;
    long letters = (low + ONES * (0x80 - 'a')) & ~(low + ONES * (0x7f - 'z'));
    // Exact, unlike equal(): no borrow crosses octets.
    long difference = (word ^ (ONES * '-')) & ~HIGHS;
    long hyphens = ~(difference + ONES * 0x7f);
    return (letters | hyphens) & ~word & HIGHS;
  }

  /**
   * Where a run of letters and hyphens ends, or earlier, near the end of the array: not beyond the
   * name of a field, and nearly always at its end.
   */
  static int endOfName(byte[] bytes, int from) {
    int at = from;
    // Two words at once: how many a name takes is a branch that is often foreseen wrongly.
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

  /** The high bits of eight octets as the lowest eight bits. */
  private static int gathered(long highs) {
    return (int) (((highs >>> 7) * 0x0102040810204080L) >>> 56);
  }

  /**
   * Where the first octet is that is below 0x20, or 0x7F, or above; or earlier, near the end of the
   * array.
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

  /** Whether eight octets are of a request target, and none is one of {@code % ! '}. */
  static boolean isPlainTarget(long word) {
    // With these two bits set, ! # % ' are the same.
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
