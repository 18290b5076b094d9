package dev.millrace.file;

/**
 * The status of a file (stat(2)).
 *
 * @param device and {@code inode}: identify the file
 * @param mode type and permissions, {@code st_mode}
 * @param links number of names, {@code st_nlink}; 0 for a file that was removed since it was opened
 * @param sizeBytes length of a regular file
 * @param modifiedSeconds and {@code modifiedNanos}: last change of the content
 * @param changedSeconds and {@code changedNanos}: last change of content or attributes
 */
public record FileStat(
    long device,
    long inode,
    int mode,
    long links,
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

  /**
   * Whether the file has no name any more, as far as the file system counts names. A path that led
   * to it leads to another file, or nowhere.
   */
  public boolean isRemoved() {
    return links == 0;
  }

  /** Whether both are of the same file with the same content, as far as the status shows. */
  public boolean sameVersion(FileStat other) {
    return equals(other);
  }
}
