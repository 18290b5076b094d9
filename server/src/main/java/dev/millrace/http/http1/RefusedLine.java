package dev.millrace.http.http1;

import java.nio.charset.StandardCharsets;

/** The request line of a head that is refused, for the log alone. */
final class RefusedLine {
  /** Most bytes that are kept of one. */
  private static final int MAX_BYTES = 2 << 10;

  private RefusedLine() {}

  /** The first line that is not empty, one character a byte, as far as it came and is kept. */
  static String of(byte[] bytes, int from, int to) {
    int start = from;
    while (start < to && isLineEnd(bytes[start])) {
      start++;
    }
    int end = start;
    int most = Math.min(to, start + MAX_BYTES);
    while (end < most && !isLineEnd(bytes[end])) {
      end++;
    }
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
  }
}
