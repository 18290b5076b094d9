package dev.millrace.digest;

import dev.millrace.file.FileStat;

/**
 * One version of one file: as long as these are the same, so are its bytes, as far as a file system
 * can say.
 */
public record FileVersion(
    long device,
    long inode,
    long sizeBytes,
    long modifiedSeconds,
    int modifiedNanos,
    long changedSeconds,
    int changedNanos) {
  /**
   * Whether it should have the same bytes as another version: size and time of modification are the
   * same. The inode's own time is not asked: chmod sets it, and a failing disk does not.
   */
  boolean hasContentOf(FileVersion other) {
    return device == other.device
        && inode == other.inode
        && sizeBytes == other.sizeBytes
        && modifiedSeconds == other.modifiedSeconds
        && modifiedNanos == other.modifiedNanos;
  }

  public static FileVersion of(FileStat stat) {
    return new FileVersion(
        stat.device(),
        stat.inode(),
        stat.sizeBytes(),
        stat.modifiedSeconds(),
        stat.modifiedNanos(),
        stat.changedSeconds(),
        stat.changedNanos());
  }
}
