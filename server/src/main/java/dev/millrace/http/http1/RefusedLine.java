package dev.millrace.http.http1;

import java.nio.charset.StandardCharsets;

/** The request line of a rejected head, for the access log only. */
final class RefusedLine {
  /** Maximum length of a logged line. */
  private static final int MAX_BYTES = 2 << 10;

  private RefusedLine() {}

  /** The first line that is not empty, one character a byte, truncated; possibly incomplete. */
  static String of(byte[] bytes, int from, int to) {
    int start = from;
    while (start < to && isLineEnd(bytes[start])) {
      start++;
    }
    int end = start;
    int max = Math.min(to, start + MAX_BYTES);
    while (end < max && !isLineEnd(bytes[end])) {
      end++;
    }
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
  }
}
