package dev.millrace.digest;

import dev.millrace.file.FileStat;

/**
 * One version of one file. While these values are unchanged, so is the content, as far as a file
 * system can report it.
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
   * Whether both versions should have the same content: size and modification time are equal. The
   * change time is ignored: chmod sets it, but a failing disk does not.
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
