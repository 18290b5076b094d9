package dev.millrace.content.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** The formats of archives. */
enum ArchiveFormat {
  TAR("tar", "application/x-tar"),
  TAR_GZ("tar.gz", "application/gzip"),
  ZIP("zip", "application/zip");

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

  /** A writer of an archive in this format. */
  ArchiveWriter writer(OutputStream out) throws IOException {
    return switch (this) {
      case TAR -> new TarWriter(out);
      case TAR_GZ -> new TarWriter(new GZIPOutputStream(out, 1 << 16));
      case ZIP -> new ZipWriter(out);
    };
  }
}
