package dev.millrace.digest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Lines in the format of sha256sum (coreutils, "md5sum invocation"). */
public final class ChecksumLines {
  /** A parsed line. */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  public record Sum(Algorithm algorithm, byte[] digest, byte[] name) {}

  private ChecksumLines() {}

  /**
   * Formats one line: the digits, two spaces, the name. Names with a backslash or a line break are
   * escaped and the line starts with a backslash, so every name fits on one line. A lone hyphen
   * means standard input to sha256sum, so a file of that name is written as {@code ./-}.
   */
  public static byte[] line(String hex, byte[] name) {
    byte[] escaped = escaped(name);
    boolean special = escaped.length > name.length;
    if (name.length == 1 && name[0] == '-') {
      escaped = new byte[] {'.', '/', '-'};
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream(hex.length() + escaped.length + 4);
    line.writeBytes(((special ? "\\" : "") + hex + "  ").getBytes(StandardCharsets.US_ASCII));
    line.writeBytes(escaped);
    line.write('\n');
    return line.toByteArray();
  }

  /** Escapes backslashes and line breaks. */
  public static byte[] escaped(byte[] name) {
    ByteArrayOutputStream escaped = new ByteArrayOutputStream(name.length + 8);
    for (byte b : name) {
      int replacement = b == '\\' ? '\\' : b == '\n' ? 'n' : b == '\r' ? 'r' : -1;
      if (replacement >= 0) {
        escaped.write('\\');
        escaped.write(replacement);
      } else {
        escaped.write(b);
      }
    }
    return escaped.toByteArray();
  }

  /**
   * Parses a whole checksum file. The number of digits determines the algorithm.
   *
   * @throws IOException naming the first malformed line
   */
  public static List<Sum> parse(byte[] text) throws IOException {
    List<Sum> sums = new ArrayList<>();
    int number = 0;
    for (int from = 0; from < text.length; ) {
      number++;
      int to = from;
      while (to < text.length && text[to] != '\n') {
        to++;
      }
      int end = to > from && text[to - 1] == '\r' ? to - 1 : to;
      if (end > from && text[from] != '#') {
        sums.add(parseLine(text, from, end, number));
      }
      from = to + 1;
    }
    return sums;
  }

  private static Sum parseLine(byte[] text, int from, int end, int number) throws IOException {
    boolean special = text[from] == '\\';
    int first = special ? from + 1 : from;
    int space = first;
    while (space < end && text[space] != ' ') {
      space++;
    }
    boolean separated = end > space + 2 && (text[space + 1] == ' ' || text[space + 1] == '*');
    for (Algorithm algorithm : Algorithm.values()) {
      if (separated && space - first == algorithm.lengthBytes() * 2) {
        String digits = new String(text, first, space - first, StandardCharsets.ISO_8859_1);
        try {
          byte[] digest = HexFormat.of().parseHex(digits);
          return new Sum(algorithm, digest, name(text, space + 2, end, special));
        } catch (IllegalArgumentException neither) {
          break;
        }
      }
    }
    throw new IOException("line " + number + " is not a checksum and a name");
  }

  private static byte[] name(byte[] text, int from, int end, boolean special) {
    ByteArrayOutputStream name = new ByteArrayOutputStream(end - from);
    for (int i = from; i < end; i++) {
      if (special && text[i] == '\\') {
        i++;
        name.write(unescaped(i < end ? text[i] : 0));
      } else {
        name.write(text[i]);
      }
    }
    return name.toByteArray();
  }

  private static int unescaped(byte escaped) {
    return switch (escaped) {
      case '\\' -> '\\';
      case 'n' -> '\n';
      case 'r' -> '\r';
      default -> throw new IllegalArgumentException("unknown escape");
    };
  }
}
