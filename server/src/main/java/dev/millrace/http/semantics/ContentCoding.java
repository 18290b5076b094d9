package dev.millrace.http.semantics;

/**
 * A coding in which a file may be stored beside the original: {@code page.html.br} for {@code
 * page.html}.
 */
public enum ContentCoding {
  /** Brotli (RFC 7932). */
  BR("br", ".br"),
  /** Zstandard (RFC 8878). */
  ZSTD("zstd", ".zst"),
  /** gzip (RFC 1952). */
  GZIP("gzip", ".gz");

  private final String token;
  private final String suffix;

  ContentCoding(String token, String suffix) {
    this.token = token;
    this.suffix = suffix;
  }

  /** The coding's name in Accept-Encoding and Content-Encoding. */
  public String token() {
    return token;
  }

  /** The suffix that the coded file's name adds. */
  public String suffix() {
    return suffix;
  }
}
