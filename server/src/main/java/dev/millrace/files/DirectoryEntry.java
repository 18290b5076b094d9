package dev.millrace.files;

import dev.millrace.file.FileStat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The name of a regular file or a directory in a directory, as a client may request it; of one that
 * was searched further below, the path.
 */
public final class DirectoryEntry {
  private final byte[] name;
  private final boolean directory;
  private @Nullable FileStat stat;

  /**
   * @param stat null if not yet known
   */
  public DirectoryEntry(byte[] name, boolean directory, @Nullable FileStat stat) {
    this.name = name.clone();
    this.directory = directory;
    this.stat = stat;
  }

  /** The name's bytes as stored by the kernel. */
  public byte[] name() {
    return name.clone();
  }

  public boolean isDirectory() {
    return directory;
  }

  /** The file status, or null if it was not read or the file is gone. */
  public @Nullable FileStat stat() {
    return stat;
  }

  void stat(FileStat found) {
    stat = found;
  }

  /** The name as UTF-8, with replacement characters for malformed bytes. */
  public String text() {
    return new String(name, StandardCharsets.UTF_8);
  }

  /** A relative reference from the directory to this entry (RFC 3986 §4.2), exact for any bytes. */
  public String reference() {
    StringBuilder out = new StringBuilder("./"); // otherwise a colon would end a scheme
    int from = 0;
    for (int i = 0; i <= name.length; i++) {
      if (i == name.length || name[i] == '/') { // an entry further below has a path
        RequestPath.encode(Arrays.copyOfRange(name, from, i), out);
        out.append(i == name.length ? "" : "/");
        from = i + 1;
      }
    }
    return directory ? out.append('/').toString() : out.toString();
  }

  /** Compares the names byte by byte. */
  public int compareNames(DirectoryEntry other) {
    return Arrays.compareUnsigned(name, other.name);
  }
}
