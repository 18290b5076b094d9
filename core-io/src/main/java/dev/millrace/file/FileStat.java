package dev.millrace.file;

/**
 * What an open descriptor is (stat(2)).
 *
 * @param device and {@code inode}: which file
 * @param mode type and permissions, {@code st_mode}
 * @param sizeBytes length of a regular file
 * @param modifiedSeconds and {@code modifiedNanos}: when the content last changed
 * @param changedSeconds and {@code changedNanos}: when content or attributes last changed
 */
public record FileStat(
    long device,
    long inode,
    int mode,
    long sizeBytes,
    long modifiedSeconds,
    int modifiedNanos,
    long changedSeconds,
    int changedNanos) {
  private static final int TYPE = 0xf000;

  public boolean isRegularFile() {
    return (mode & TYPE) == 0x8000;
  }

  public boolean isDirectory() {
    return (mode & TYPE) == 0x4000;
  }

  /** Whether both tell of the same file with the same content, as far as a file system can say. */
  public boolean sameVersion(FileStat other) {
    return equals(other);
  }
}
