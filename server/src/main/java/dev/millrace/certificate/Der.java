package dev.millrace.certificate;

import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;

/**
 * Reads and writes the little DER (X.690) that private keys consist of, without copies of secret
 * parts, which the objects of a general ASN.1 library would keep.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int SEQUENCE = 0x30;

  /** Context-specific tag 0, constructed. */
  static final int CONTEXT_0 = 0xa0;

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};

  private final byte[] bytes;
  private final int end;
  private int at;

  private Der(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** Reads elements from the start of an array. */
  static Der of(byte[] bytes) {
    return new Der(bytes, 0, bytes.length);
  }

  /** Whether bytes are one SEQUENCE and nothing else. */
  static boolean isOneSequence(byte[] bytes) {
    Der der = of(bytes);
    try {
      der.skip(SEQUENCE);
      return der.at == der.end;
    } catch (InvalidKeySpecException other) {
      return false;
    }
  }

  /** Whether the next element has a tag. */
  boolean isNext(int tag) {
    return at < end && (bytes[at] & 0xff) == tag;
  }

  /** The content of the next element, which is skipped here. */
  Der enter(int tag) throws InvalidKeySpecException {
    if (!isNext(tag)) {
      throw new InvalidKeySpecException("tag " + tag + " is missing at byte " + at);
    }
    int start = at + 1;
    int first = start < end ? bytes[start++] & 0xff : -1;
    int length = first;
    if (first > 0x80 && first <= 0x83) {
      length = 0;
      for (int i = first & 0x7f; i > 0; i--) {
        length = length << 8 | (start < end ? bytes[start++] & 0xff : 0xff);
      }
    }
    if (first < 0 || first == 0x80 || first > 0x83 || length > end - start) {
      throw new InvalidKeySpecException("the length at byte " + (at + 1) + " is wrong");
    }
    at = start + length;
    return new Der(bytes, start, at);
  }

  /** Skips the next element. */
  void skip(int tag) throws InvalidKeySpecException {
    var _ = enter(tag);
  }

  /** A copy of the next element with its tag and length, which is skipped. */
  byte[] element(int tag) throws InvalidKeySpecException {
    int start = at;
    skip(tag);
    return Arrays.copyOfRange(bytes, start, at);
  }

  /** A copy of the rest. */
  byte[] rest() {
    return Arrays.copyOfRange(bytes, at, end);
  }

  /**
   * A PKCS#8 PrivateKeyInfo (RFC 5958) around a key in the format of its algorithm.
   *
   * @param algorithm the AlgorithmIdentifier
   * @param key the key, which is copied into the result
   */
  static SecretBytes pkcs8(byte[] algorithm, byte[] key) {
    int content = VERSION_0.length + algorithm.length + sizeOf(key.length) + key.length;
    byte[] to = new byte[sizeOf(content) + content];
    int at = header(to, 0, SEQUENCE, content);
    at = append(to, at, VERSION_0);
    at = append(to, at, algorithm);
    at = header(to, at, OCTET_STRING, key.length);
    at = append(to, at, key);
    assert at == to.length;
    return new SecretBytes(to);
  }

  /** The size of a tag and a length. */
  private static int sizeOf(int length) {
    return length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5;
  }

  private static int header(byte[] to, int at, int tag, int length) {
    int size = sizeOf(length);
    to[at] = (byte) tag;
    if (size == 2) {
      to[at + 1] = (byte) length;
    } else {
      int count = size - 2;
      to[at + 1] = (byte) (0x80 | count);
      for (int i = 0; i < count; i++) {
        to[at + 2 + i] = (byte) (length >>> (8 * (count - 1 - i)));
      }
    }
    return at + size;
  }

  private static int append(byte[] to, int at, byte[] part) {
    System.arraycopy(part, 0, to, at, part.length);
    return at + part.length;
  }
}
