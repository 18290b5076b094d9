package dev.millrace.http;

import io.undertow.util.MimeMappings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Media types by file name extension: Undertow's table, and what it lacks. */
final class MediaTypes {
  private static final String DEFAULT = "application/octet-stream";

  private static final MimeMappings TABLE =
      MimeMappings.builder(true)
          .addMapping("avif", "image/avif")
          .addMapping("deb", "application/vnd.debian.binary-package")
          .addMapping("jar", "application/java-archive")
          .addMapping("md", "text/markdown")
          .addMapping("mjs", "text/javascript")
          .addMapping("wasm", "application/wasm")
          .addMapping("webp", "image/webp")
          .addMapping("woff2", "font/woff2")
          .addMapping("yaml", "application/yaml")
          .addMapping("yml", "application/yaml")
          .addMapping("zst", "application/zstd")
          .build();

  private MediaTypes() {}

  /** The type of a file of this name; text is said to be UTF-8. */
  static String of(String name) {
    int dot = name.lastIndexOf('.');
    @Nullable String type =
        dot < 0 ? null : TABLE.getMimeType(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    if (type == null) {
      return DEFAULT;
    }
    boolean text =
        type.startsWith("text/")
            || type.equals("application/javascript")
            || type.equals("application/json");
    return text ? type + "; charset=utf-8" : type;
  }
}
