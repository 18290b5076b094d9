package dev.millrace.http.hpack;

/** Memory for decoded strings, shared by the decoders of one thread. */
public final class HpackScratch {
  private byte[] bytes = new byte[1 << 10];

  public HpackScratch() {}

  /** An array of at least this size; its content is undefined. */
  byte[] atLeast(int size) {
    if (bytes.length < size) {
      bytes = new byte[Math.max(2 * bytes.length, size)];
    }
    return bytes;
  }
}
