package dev.millrace.transport.tls;

import java.nio.ByteBuffer;

/**
 * The buffers of one loop. Their contents are valid within one call only, so connections that are
 * idle own no buffer. Heap arrays: JSSE seals and opens records in arrays in half the time that
 * direct buffers take. Loop thread only.
 */
final class TlsBuffers {
  /** Plaintext that fits into one record of JSSE: 2^14 bytes, less the overhead of TLS 1.3. */
  private static final int RECORD_BYTES = 16_367;

  /** Two records; more at once fall out of the processor's caches. */
  static final int PLAIN_BYTES = 2 * RECORD_BYTES;

  /** Header, explicit nonce, tag and type of one record, rounded up. */
  private static final int RECORD_OVERHEAD_BYTES = 64;

  /** The largest record that JSSE accepts or produces. */
  static final int MAX_RECORD_BYTES = (16 << 10) + (2 << 10) + 5;

  static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ByteBuffer cipherIn = ByteBuffer.allocate(2 * MAX_RECORD_BYTES);
  private final ByteBuffer plainIn = ByteBuffer.allocate(MAX_RECORD_BYTES);
  private final byte[] plainBytes = new byte[PLAIN_BYTES];
  private final ByteBuffer plainOut = ByteBuffer.wrap(plainBytes);
  private final byte[] sealedBytes = new byte[PLAIN_BYTES + 2 * MAX_RECORD_BYTES];
  private final ByteBuffer sealed = ByteBuffer.wrap(sealedBytes);

  /** Upper bound of the sealed bytes of so many plain bytes, with a control message before them. */
  static int sealedBytes(int plain) {
    return plain + (plain / RECORD_BYTES + 2) * RECORD_OVERHEAD_BYTES;
  }

  /** For received records. Empty. */
  ByteBuffer cipherIn() {
    return cipherIn.clear();
  }

  /** For the plaintext of one record that does not fit into the reader's buffer. Empty. */
  ByteBuffer plainIn() {
    return plainIn.clear();
  }

  /** For plaintext to seal. Holds staged bytes until they are sealed. */
  ByteBuffer plainOut() {
    return plainOut;
  }

  /** The array of {@link #plainOut}. */
  byte[] plainBytes() {
    return plainBytes;
  }

  /** The array of {@link #sealed}. */
  byte[] sealedBytes() {
    return sealedBytes;
  }

  /** For sealed records. Empty. */
  ByteBuffer sealed() {
    return sealed.clear();
  }
}
