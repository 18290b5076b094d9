package dev.millrace.cache;

import dev.millrace.http.parser.Field;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.Method;
import java.util.Arrays;

/**
 * Builds the key of a cacheable request: everything on which its response depends. These are the
 * method, whether the request is the connection's last, the target, Host, Accept-Encoding,
 * If-None-Match, and whether there is a Range. Accept is not part of it: only listings depend on
 * Accept, and they are not cached. The builder holds the last key. Loop thread only.
 */
final class CacheKeyBuilder {
  private static final int MAX_BYTES = 1 << 10;

  private final byte[] scratch = new byte[MAX_BYTES];
  private final SingleByteRange range = new SingleByteRange();

  /** The range of the request with the last key, if it has one. */
  SingleByteRange range() {
    return range;
  }

  /**
   * Builds a cacheable request's key. Returns its length, or -1 if it is too long or the Range is
   * not a {@link SingleByteRange}. The key does not contain the range itself.
   */
  int gather(HeadParser head, byte[] from, int base) {
    int kind = head.method() == Method.HEAD ? 'H' : 'G';
    if (head.fields().has(Field.RANGE)) {
      int start = base + head.fields().start(Field.RANGE);
      if (kind == 'H' || !range.parse(from, start, base + head.fields().end(Field.RANGE))) {
        return -1;
      }
      kind = 'R';
    }
    scratch[0] = (byte) (head.isLast() ? Character.toLowerCase(kind) : kind);
    int at = gather(1, from, base + head.targetStart(), base + head.targetEnd());
    at = gather(at, Field.HOST, head, from, base);
    at = gather(at, Field.ACCEPT_ENCODING, head, from, base);
    return gather(at, Field.IF_NONE_MATCH, head, from, base);
  }

  private int gather(int at, Field field, HeadParser head, byte[] from, int base) {
    if (at < 0 || at == MAX_BYTES) {
      return -1;
    }
    scratch[at] = '\n'; // occurs in none of the parts
    return head.fields().has(field)
        ? gather(at + 1, from, base + head.fields().start(field), base + head.fields().end(field))
        : at + 1;
  }

  private int gather(int at, byte[] from, int start, int end) {
    if (at + end - start > MAX_BYTES) {
      return -1;
    }
    System.arraycopy(from, start, scratch, at, end - start);
    return at + end - start;
  }

  /** Whether a key's response covers all ranges of a file. */
  static boolean isOfRange(byte[] key) {
    return key[0] == 'R' || key[0] == 'r';
  }

  /** A copy of the last key. */
  byte[] copy(int length) {
    return Arrays.copyOf(scratch, length);
  }

  /** The hash of the last key. */
  int hash(int length) {
    return hash(scratch, length);
  }

  /** Whether the last key equals a key. */
  boolean is(byte[] key, int length) {
    return Arrays.equals(key, 0, key.length, scratch, 0, length);
  }

  /** As {@link Arrays#hashCode(byte[])}, four bytes a step, with the upper half folded in. */
  static int hash(byte[] key, int length) {
    int hash = 1;
    int at = 0;
    for (; at + 4 <= length; at += 4) {
      hash =
          31 * 31 * 31 * 31 * hash
              + 31 * 31 * 31 * key[at]
              + 31 * 31 * key[at + 1]
              + 31 * key[at + 2]
              + key[at + 3];
    }
    for (; at < length; at++) {
      hash = 31 * hash + key[at];
    }
    return hash ^ hash >>> 15;
  }
}
