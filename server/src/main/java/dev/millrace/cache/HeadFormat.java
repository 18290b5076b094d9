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
    int at = ResponseCache.find(head, date);
    return at < 0 ? -1 : at + date.length;
  }

  /** The offset of the length of Content-Range's value, or of the value itself; -1 without it. */
  int contentRangeAt(byte[] head) {
    int at = ResponseCache.find(head, contentRange);
    return at < 0 ? -1 : at + contentRange.length;
  }

  /** The same of Content-Length. */
  int contentLengthAt(byte[] head) {
    int at = ResponseCache.find(head, contentLength);
    return at < 0 ? -1 : at + contentLength.length;
  }

  /** Whether a byte with its length precedes a value. */
  boolean isPrefixed() {
    return prefixed;
  }
}
