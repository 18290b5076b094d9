package dev.millrace.files;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request target, decoded once (RFC 3986 §2.1, §3.3).
 *
 * <p>A name is a byte string, as in the kernel: a file whose name is not UTF-8 is reached by its
 * exact percent-encoded bytes. Empty and {@code .} segments are dropped, {@code ..} removes the
 * previous segment, and a path above the root is malformed.
 */
public sealed interface RequestPath
    permits ParsedPath, RequestPath.Malformed, RequestPath.Impossible {
  /** Not a valid path: respond 400. */
  record Malformed(String why) implements RequestPath {}

  /** Well-formed, but no file can have this name: respond 404. */
  record Impossible() implements RequestPath {}

  /**
   * Parses the path of an origin-form target.
   *
   * @param target as received, without the query; one character per byte
   */
  static RequestPath parse(String target) {
    if (target.isEmpty() || target.charAt(0) != '/') {
      return new Malformed("a path begins with a slash");
    }
    List<byte[]> segments = new ArrayList<>(8);
    ByteArrayOutputStream name = new ByteArrayOutputStream(32);
    boolean impossible = false;
    int i = 1;
    while (true) {
      boolean atEnd = i >= target.length();
      char c = atEnd ? '/' : target.charAt(i);
      if (c == '/') {
        if (!close(name, segments)) {
          return new Malformed("the path leads above the root");
        }
        if (atEnd) {
          break;
        }
        i++;
        continue;
      }
      int value = c;
      if (c == '%') {
        value = hex(target, i + 1);
        if (value < 0) {
          return new Malformed("a percent sign is followed by two hexadecimal digits");
        }
        if (value == 0) {
          return new Malformed("an encoded NUL");
        }
        impossible |= value == '/';
        i += 2;
      } else if (c > 0xff || c <= ' ' || c == 0x7f) {
        return new Malformed("a character that must be percent-encoded");
      }
      name.write(value);
      i++;
    }
    boolean directory = endsAsDirectory(target);
    return impossible ? new Impossible() : new ParsedPath(segments, directory);
  }

  private static boolean endsAsDirectory(String target) {
    return target.endsWith("/") || target.endsWith("/.") || target.endsWith("/..");
  }

  /** Ends a segment; false if it goes above the root. */
  private static boolean close(ByteArrayOutputStream name, List<byte[]> segments) {
    byte[] bytes = name.toByteArray();
    name.reset();
    if (bytes.length == 0 || (bytes.length == 1 && bytes[0] == '.')) {
      return true;
    }
    if (bytes.length == 2 && bytes[0] == '.' && bytes[1] == '.') {
      if (segments.isEmpty()) {
        return false;
      }
      segments.removeLast();
      return true;
    }
    segments.add(bytes);
    return true;
  }

  private static int hex(String target, int at) {
    if (at + 1 >= target.length()) {
      return -1;
    }
    int high = Character.digit(target.charAt(at), 16);
    int low = Character.digit(target.charAt(at + 1), 16);
    return high < 0 || low < 0 || target.charAt(at) > 'f' || target.charAt(at + 1) > 'f'
        ? -1
        : high << 4 | low;
  }

  /** Appends a name, percent-encoded for a path (RFC 3986 §3.3). */
  static void encode(byte[] name, StringBuilder out) {
    for (byte b : name) {
      int c = b & 0xff;
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~!$&'()*+,;=:@".indexOf(c) >= 0)) {
        out.append((char) c);
      } else {
        out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
  }
}
