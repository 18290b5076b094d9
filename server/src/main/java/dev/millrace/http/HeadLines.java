package dev.millrace.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Fields of a head that the gate has found well-formed, looked up by reading it again. */
final class HeadLines {
  private final byte[] bytes;
  private final int from;
  private final int to;

  /**
   * @param from in the request line
   * @param to where the head ends
   */
  HeadLines(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  /** The value of the first line of this name, without white space around it; or null. */
  @Nullable String value(String name) {
    int line = nextLine(from);
    while (line + name.length() < to) {
      if (bytes[line + name.length()] == ':' && isAt(line, name)) {
        int end = nextLine(line) - 2;
        int start = line + name.length() + 1;
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1).strip();
      }
      line = nextLine(line);
    }
    return null;
  }

  /** Where the line after the one at a position begins. */
  private int nextLine(int at) {
    int next = at;
    while (next < to && bytes[next] != '\n') {
      next++;
    }
    return next + 1;
  }

  private boolean isAt(int at, String name) {
    for (int i = 0; i < name.length(); i++) {
      if ((bytes[at + i] | 0x20) != (name.charAt(i) | 0x20)) {
        return false;
      }
    }
    return true;
  }
}
