package dev.millrace.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Lines as sha256sum writes and reads them (coreutils, "md5sum invocation"). */
final class ChecksumLines {
  private ChecksumLines() {}

  /**
   * One line: digits, two spaces, the name; with a backslash before it where the name must be
   * escaped, so that every name, a newline in it included, keeps to its line.
   */
  static byte[] line(String hex, byte[] name) {
    ByteArrayOutputStream escaped = new ByteArrayOutputStream(name.length + 8);
    boolean special = false;
    for (byte b : name) {
      int replacement = b == '\\' ? '\\' : b == '\n' ? 'n' : b == '\r' ? 'r' : -1;
      if (replacement >= 0) {
        special = true;
        escaped.write('\\');
        escaped.write(replacement);
      } else {
        escaped.write(b);
      }
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream(hex.length() + escaped.size() + 4);
    line.writeBytes(((special ? "\\" : "") + hex + "  ").getBytes(StandardCharsets.US_ASCII));
    line.writeBytes(escaped.toByteArray());
    line.write('\n');
    return line.toByteArray();
  }
}
