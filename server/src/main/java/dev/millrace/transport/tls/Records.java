package dev.millrace.transport.tls;

import java.nio.ByteBuffer;

/** The framing of TLS records (RFC 8446 §5.1): type, version and length, then the fragment. */
final class Records {
  static final byte HANDSHAKE = 22;

  private static final int HEADER_BYTES = 5;

  private Records() {}

  /**
   * Whether a buffer begins with a complete record, or with one that is too large to be valid,
   * which the engine rejects.
   */
  static boolean isComplete(ByteBuffer in) {
    return isComplete(in.array(), in.arrayOffset() + in.position(), in.remaining());
  }

  /** Like {@link #isComplete(ByteBuffer)}, for a range of an array. */
  static boolean isComplete(byte[] bytes, int at, int length) {
    if (length < HEADER_BYTES) {
      return false;
    }
    int record = HEADER_BYTES + ((bytes[at + 3] & 0xff) << 8 | (bytes[at + 4] & 0xff));
    return length >= record || record > TlsBuffers.MAX_RECORD_BYTES;
  }

  /** A copy of the bytes that follow the position. */
  static byte[] rest(ByteBuffer in) {
    byte[] rest = new byte[in.remaining()];
    in.get(rest);
    return rest;
  }

  /** Whether bytes begin like an HTTP request in plain text: with a capital letter. */
  static boolean isPlainHttp(byte first) {
    return first >= 'A' && first <= 'Z';
  }
}
