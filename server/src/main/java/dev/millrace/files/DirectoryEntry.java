package dev.millrace.files;

import dev.millrace.file.FileStat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A name in a directory that can be asked for: a regular file's or a directory's. */
public final class DirectoryEntry {
  private final byte[] name;
  private final boolean directory;
  private @Nullable FileStat stat;

  /**
   * @param stat if they are known already
   */
  public DirectoryEntry(byte[] name, boolean directory, @Nullable FileStat stat) {
    this.name = name.clone();
    this.directory = directory;
    this.stat = stat;
  }

  /** Its bytes, as the kernel has them. */
  public byte[] name() {
    return name.clone();
  }

  public boolean isDirectory() {
    return directory;
  }

  /** What it is, or null if nobody has looked or it has gone. */
  public @Nullable FileStat stat() {
    return stat;
  }

  void stat(FileStat found) {
    stat = found;
  }

  /** The name as UTF-8; where it is not, with replacement characters. */
  public String text() {
    return new String(name, StandardCharsets.UTF_8);
  }

  /** A reference that leads to it from its directory (RFC 3986 §4.2), exact for any bytes. */
  public String reference() {
    StringBuilder out = new StringBuilder("./"); // a colon would make what precedes it a scheme
    RequestPath.encode(name, out);
    return directory ? out.append('/').toString() : out.toString();
  }

  /** Order by bytes. */
  public int compareNames(DirectoryEntry other) {
    return Arrays.compareUnsigned(name, other.name);
  }
}
