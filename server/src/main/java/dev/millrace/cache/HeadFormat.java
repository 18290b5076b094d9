package dev.millrace.cache;

import java.nio.charset.StandardCharsets;

/** How the head of a response is encoded: where the fields are that the cache replaces. */
@SuppressWarnings("ImmutableEnumChecker") // the arrays are never written
enum HeadFormat {
  HTTP1("\r\nDate: ", "\r\nContent-Range: ", "\r\nContent-Length: ", false),

  /**
   * A header block in which these fields are literals without indexing whose name is in the static
   * table (RFC 7541 §6.2.2), and the length of a value is one byte. No value contains such a byte
   * sequence, because the octets of values are at least 0x20, or a tab.
   */
  HTTP2("\u000f\u0012\u001d", "\u000f\u000f", "\u000f\r", true);

  /** The first byte of such a literal; never the last byte of a field. */
  private static final byte LITERAL = 0x0f;

  private final byte[] date;
  private final byte[] contentRange;
  private final byte[] contentLength;
  private final boolean prefixed;

  HeadFormat(String date, String contentRange, String contentLength, boolean prefixed) {
    this.date = date.getBytes(StandardCharsets.US_ASCII);
    this.contentRange = contentRange.getBytes(StandardCharsets.US_ASCII);
    this.contentLength = contentLength.getBytes(StandardCharsets.US_ASCII);
    this.prefixed = prefixed;
  }

  /** The format of the response with a key. */
  static HeadFormat ofKey(byte[] key) {
    return CacheKeyBuilder.isOfHttp2(key) ? HTTP2 : HTTP1;
  }

  /** The offset of the date's 29 bytes; -1 if there is none. */
  int dateAt(byte[] head) {
    return valueAt(head, date);
  }

  /** The offset of the length of Content-Range's value, or of the value itself; -1 without it. */
  int contentRangeAt(byte[] head) {
    return valueAt(head, contentRange);
  }

  /** The same of Content-Length. */
  int contentLengthAt(byte[] head) {
    return valueAt(head, contentLength);
  }

  private int valueAt(byte[] head, byte[] field) {
    int at = ResponseCache.find(head, field, 0);
    while (prefixed && at > 0 && head[at - 1] == LITERAL) {
      // Not a field: its name, Content-Range, and a length that reads like Content-Length.
      at = ResponseCache.find(head, field, at + 1);
    }
    return at < 0 ? -1 : at + field.length;
  }

  /** Whether a byte with its length precedes a value. */
  boolean isPrefixed() {
    return prefixed;
  }
}
