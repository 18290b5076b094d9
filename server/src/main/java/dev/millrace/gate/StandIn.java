package dev.millrace.gate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The request that is passed on in place of a refused one, and what the refused one was. */
final class StandIn {
  private static final byte[] GET = head("GET");
  private static final byte[] HEAD = head("HEAD");

  /** Most bytes kept of a refused request line: it is for the log alone. */
  private static final int LINE_BYTES = 2 << 10;

  private byte[] bytes = GET;
  private int position;
  private @Nullable String refusedLine;

  private static byte[] head(String method) {
    String head = method + " / HTTP/1.1\r\nHost: gate.invalid\r\nConnection: close\r\n\r\n";
    return head.getBytes(StandardCharsets.US_ASCII);
  }

  /** Takes the place of the head that begins at {@code from}, as far as it has come. */
  void replace(Method method, byte[] received, int from, int to) {
    bytes = method == Method.HEAD ? HEAD : GET;
    int start = from;
    while (start < to && isLineEnd(received[start])) {
      start++;
    }
    int end = start;
    int most = Math.min(to, start + LINE_BYTES);
    while (end < most && !isLineEnd(received[end])) {
      end++;
    }
    refusedLine = new String(received, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private static boolean isLineEnd(byte b) {
    return b == Octets.CR || b == Octets.LF;
  }

  /**
   * The request line that was refused with its head, as it was received, one character a byte, as
   * far as it came and is kept; null if none was.
   */
  @Nullable String refusedLine() {
    return refusedLine;
  }

  /** Passes on what fits; returns how many bytes that are. */
  int moveTo(ByteBuffer into) {
    int n = Math.min(into.remaining(), bytes.length - position);
    into.put(bytes, position, n);
    position += n;
    return n;
  }

  boolean isPassedOn() {
    return position == bytes.length;
  }
}
