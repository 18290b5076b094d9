package dev.millrace.content.compress;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.http.semantics.ContentCoding;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What a compressed form is identified by.
 *
 * @param sha256 digest of the content before compression, in lower-case hexadecimal
 */
record CompressedName(String sha256, ContentCoding coding, int level) {
  /** The name for content with these digests, which contain SHA-256. */
  static CompressedName of(Digests digests, ContentCoding coding, int level) {
    String hex = digests.hex(Algorithm.SHA_256);
    if (hex == null) {
      throw new IllegalArgumentException("SHA-256 is required");
    }
    return new CompressedName(hex, coding, level);
  }

  /** Whether the content has this digest. */
  boolean isOf(byte[] digest) {
    return HexFormat.of().formatHex(digest).equals(sha256);
  }

  /** The name of a file that contains it. */
  String fileName() {
    return sha256 + "." + level + coding.suffix();
  }

  byte[] fileNameBytes() {
    return fileName().getBytes(StandardCharsets.US_ASCII);
  }
}
