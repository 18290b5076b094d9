package dev.millrace.files;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The path of a request target, decoded once (RFC 3986 §2.1, §3.3).
 *
 * <p>A name is bytes, as the kernel has it: a file whose name is not UTF-8 is reached by its exact
 * percent-encoded bytes. Empty and {@code .} segments are dropped, {@code ..} goes up, and nothing
 * goes above the root.
 */
public sealed interface RequestPath {
  /**
   * A path to look up.
   *
   * @param segments decoded names, none of them empty, {@code .} or {@code ..}
   * @param directory whether the target ended with a slash
   */
  record Names(List<byte[]> segments, boolean directory) implements RequestPath {
    public Names {
      segments = List.copyOf(segments);
    }

    /** The path of no names: a root's. */
    public static final Names ROOT = new Names(List.of(), true);

    /**
     * Whether a name begins with a dot, {@code .well-known} at the root excepted (RFC 8615).
     *
     * @param from how many names at the beginning are not looked at
     */
    public boolean isHidden(int from) {
      for (int i = from; i < segments.size(); i++) {
        byte[] name = segments.get(i);
        if (name[0] == '.' && !(i == 0 && isWellKnown(name))) {
          return true;
        }
      }
      return false;
    }

    /** Whether its first names are those of another path. */
    public boolean startsWith(Names prefix) {
      if (prefix.segments.size() > segments.size()) {
        return false;
      }
      for (int i = 0; i < prefix.segments.size(); i++) {
        if (!Arrays.equals(prefix.segments.get(i), segments.get(i))) {
          return false;
        }
      }
      return true;
    }

    /** What follows the names of a path that it starts with. */
    public Names below(Names prefix) {
      int count = prefix.segments.size();
      return count == 0 ? this : new Names(segments.subList(count, segments.size()), directory);
    }

    /**
     * The decoded path with its slashes, as UTF-8: for patterns and for people, not for opening.
     */
    public String decoded() {
      StringBuilder out = new StringBuilder();
      for (byte[] name : segments) {
        out.append('/').append(new String(name, StandardCharsets.UTF_8));
      }
      return directory || segments.isEmpty() ? out.append('/').toString() : out.toString();
    }

    private static boolean isWellKnown(byte[] name) {
      return new String(name, StandardCharsets.ISO_8859_1).equals(".well-known");
    }

    /** The path relative to the root with {@code suffix} appended, as the kernel takes it. */
    public byte[] relative(String suffix) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(64);
      for (int i = 0; i < segments.size(); i++) {
        if (i > 0) {
          out.write('/');
        }
        out.writeBytes(segments.get(i));
      }
      if (!suffix.isEmpty() && !segments.isEmpty()) {
        out.write('/');
      }
      out.writeBytes(suffix.getBytes(StandardCharsets.UTF_8));
      return segments.isEmpty() && suffix.isEmpty() ? new byte[] {'.'} : out.toByteArray();
    }

    /** The canonical absolute path as a directory's, percent-encoded: for a redirect. */
    public String encodedDirectory() {
      StringBuilder out = new StringBuilder("/");
      for (byte[] name : segments) {
        encode(name, out);
        out.append('/');
      }
      return out.toString();
    }

    /** The path of the directory that the last name lies in. */
    public Names parent() {
      return new Names(segments.subList(0, segments.size() - 1), true);
    }

    /** The same with so many bytes less at the end of the last name, which is longer. */
    public Names withoutSuffix(int bytes) {
      byte[] last = segments.getLast();
      List<byte[]> shorter = new ArrayList<>(segments);
      shorter.set(segments.size() - 1, Arrays.copyOf(last, last.length - bytes));
      return new Names(shorter, directory);
    }

    /** The path relative to the root of a name in this directory, as the kernel takes it. */
    public byte[] child(byte[] name) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(64);
      if (!segments.isEmpty()) {
        out.writeBytes(relative(""));
        out.write('/');
      }
      out.writeBytes(name);
      return out.toByteArray();
    }

    /** The last name, or empty for the root. */
    public String lastName() {
      return segments.isEmpty() ? "" : new String(segments.getLast(), StandardCharsets.ISO_8859_1);
    }
  }

  /** No request path at all: answer 400. */
  record Malformed(String why) implements RequestPath {}

  /** Well-formed, but no file can have this name: answer 404. */
  record Impossible() implements RequestPath {}

  /**
   * Parses the path of an origin-form target.
   *
   * @param target as received, without its query; one character a byte
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
    return impossible ? new Impossible() : new Names(segments, directory);
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

  /** Writes a name as it may stand in a path (RFC 3986 §3.3). */
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
