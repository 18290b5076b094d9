package dev.millrace.cache;

import dev.millrace.http.parser.Field;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.Method;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Builds the key of a cacheable request: everything on which its response depends. These are the
 * method, whether the request is the connection's last, arrived over TLS or by HTTP/2, the target,
 * Host, Accept-Encoding, If-None-Match, and whether there is a Range. Accept is not part of it:
 * only listings depend on Accept, and they are not cached. The builder holds the last key. Loop
 * thread only.
 */
final class CacheKeyBuilder {
  private static final int MAX_BYTES = 1 << 10;

  // The first byte: the method or RANGE, and flags.
  private static final int GET = 1;
  private static final int HEAD = 2;
  private static final int RANGE = 3;
  private static final int KIND = 3;
  private static final int LAST = 4;
  private static final int SECURE = 8;
  private static final int HTTP2 = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long firstSecret;
  private final long secondSecret;
  private final byte[] scratch = new byte[MAX_BYTES];
  private final SingleByteRange range = new SingleByteRange();

  CacheKeyBuilder() {
    SecureRandom random = new SecureRandom();
    firstSecret = random.nextLong();
    secondSecret = random.nextLong() | 1; // odd: multiplying by it loses nothing
  }

  /** The range of the request with the last key, if it has one. */
  SingleByteRange range() {
    return range;
  }

  /**
   * Builds a cacheable request's key. Returns its length, or -1 if it is too long or the Range is
   * not a {@link SingleByteRange}. The key does not contain the range itself.
   *
   * @param secure whether the request arrived over TLS
   * @param http2 whether it arrived by HTTP/2, whose heads are encoded in another way
   */
  int gather(HeadParser head, byte[] from, int base, boolean secure, boolean http2) {
    int kind = head.method() == Method.HEAD ? HEAD : GET;
    if (head.fields().has(Field.RANGE)) {
      int start = base + head.fields().start(Field.RANGE);
      if (kind == HEAD || !range.parse(from, start, base + head.fields().end(Field.RANGE))) {
        return -1;
      }
      kind = RANGE;
    }
    int flags = (head.isLast() ? LAST : 0) | (secure ? SECURE : 0) | (http2 ? HTTP2 : 0);
    scratch[0] = (byte) (kind | flags);
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
    return (key[0] & KIND) == RANGE;
  }

  /** Whether a key's response is one of HTTP/2. */
  static boolean isOfHttp2(byte[] key) {
    return (key[0] & HTTP2) != 0;
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

  /**
   * The hash of a key, eight bytes a step. The secrets are random for each cache, so that a client
   * cannot choose targets whose hashes collide.
   */
  int hash(byte[] key, int length) {
    long hash = firstSecret ^ length;
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      hash = mixed(hash ^ (long) LONG.get(key, at), secondSecret);
    }
    long rest = 0;
    for (; at < length; at++) {
      rest = (rest << Byte.SIZE) | (key[at] & 0xff);
    }
    hash = mixed(hash ^ rest, secondSecret);
    return (int) (hash ^ (hash >>> Integer.SIZE));
  }

  private static long mixed(long a, long b) {
    return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
  }
}
