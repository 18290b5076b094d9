package dev.millrace.content.archive;

import dev.millrace.content.compress.Codecs;
import dev.millrace.http.semantics.AcceptType;
import dev.millrace.http.semantics.ContentCoding;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** The formats of archives. */
enum ArchiveFormat {
  TAR("tar", "application/x-tar"),
  TAR_GZ("tar.gz", "application/gzip"),
  TAR_ZST("tar.zst", "application/zstd"),
  ZIP("zip", "application/zip");

  /** Compresses faster than gzip, and better. */
  private static final int ZSTD_LEVEL = 3;

  private final String suffix;
  private final String mediaType;

  ArchiveFormat(String suffix, String mediaType) {
    this.suffix = suffix;
    this.mediaType = mediaType;
  }

  /** What follows the dot in a file's name. */
  String suffix() {
    return suffix;
  }

  String mediaType() {
    return mediaType;
  }

  /** The format with this suffix, or null. */
  static @Nullable ArchiveFormat of(String suffix) {
    for (ArchiveFormat format : values()) {
      if (format.suffix.equals(suffix)) {
        return format;
      }
    }
    return null;
  }

  /**
   * The format that a client prefers to HTML, or null.
   *
   * @param accept value of the field
   */
  static @Nullable ArchiveFormat preferred(@Nullable String accept) {
    for (ArchiveFormat format : values()) {
      if (AcceptType.prefers(format.mediaType, accept)) {
        return format;
      }
    }
    return null;
  }

  /** Whether an archive's length and each part of it follow from the status of its files. */
  boolean isMeasurable() {
    return this == TAR;
  }

  /** A writer of an archive in this format. */
  ArchiveWriter writer(OutputStream out) throws IOException {
    return switch (this) {
      case TAR -> new TarWriter(out);
      case TAR_GZ -> new TarWriter(new GZIPOutputStream(out, 1 << 16));
      case TAR_ZST -> new TarWriter(Codecs.encoder(ContentCoding.ZSTD, ZSTD_LEVEL, out));
      case ZIP -> new ZipWriter(out);
    };
  }
}
