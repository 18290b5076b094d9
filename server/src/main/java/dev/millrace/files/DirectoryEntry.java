package dev.millrace.files;

import dev.millrace.file.FileFacts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A name in a directory that can be asked for: a regular file's or a directory's. */
public final class DirectoryEntry {
  private final byte[] name;
  private final boolean directory;
  private @Nullable FileFacts facts;

  /**
   * @param facts if they are known already
   */
  public DirectoryEntry(byte[] name, boolean directory, @Nullable FileFacts facts) {
    this.name = name.clone();
    this.directory = directory;
    this.facts = facts;
  }

  /** Its bytes, as the kernel has them. */
  public byte[] name() {
    return name.clone();
  }

  public boolean isDirectory() {
    return directory;
  }

  /** What it is, or null if nobody has looked or it has gone. */
  public @Nullable FileFacts facts() {
    return facts;
  }

  void facts(FileFacts found) {
    facts = found;
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
