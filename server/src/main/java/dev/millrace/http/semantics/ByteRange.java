package dev.millrace.http.semantics;

/**
 * A range of bytes of a representation.
 *
 * @param first position of the first byte, from 0
 * @param last position of the last byte, not less than {@code first}
 */
public record ByteRange(long first, long last) {
  public ByteRange {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException("invalid range: " + first + "-" + last);
    }
  }

  public long lengthBytes() {
    return last - first + 1;
  }

  /** The value of Content-Range (RFC 9110 §14.4). */
  public String contentRange(long sizeBytes) {
    return "bytes " + first + "-" + last + "/" + sizeBytes;
  }
}
