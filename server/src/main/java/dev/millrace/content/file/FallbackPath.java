package dev.millrace.content.file;

import dev.millrace.content.MountContext;
import dev.millrace.files.ParsedPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Paths from a mount's root that are tried if a requested path does not exist. */
final class FallbackPath {
  private static final String MARKER = "{path}";

  private FallbackPath() {}

  /**
   * The path that a setting names.
   *
   * @param fallback the setting
   * @param below the requested path from the mount's root, which replaces {@code {path}}
   */
  static byte[] of(String fallback, ParsedPath below) {
    int at = fallback.indexOf(MARKER);
    if (at < 0) {
      return MountContext.relative(fallback);
    }
    ByteArrayOutputStream path = new ByteArrayOutputStream(64);
    path.writeBytes(MountContext.relative(fallback.substring(0, at)));
    path.writeBytes(below.segments().isEmpty() ? new byte[0] : below.relative(""));
    path.writeBytes(fallback.substring(at + MARKER.length()).getBytes(StandardCharsets.UTF_8));
    return path.toByteArray();
  }

  /** The last name of a path, one character a byte. */
  static String lastName(byte[] path) {
    int slash = path.length - 1;
    while (slash >= 0 && path[slash] != '/') {
      slash--;
    }
    return new String(path, slash + 1, path.length - slash - 1, StandardCharsets.ISO_8859_1);
  }
}
