package dev.millrace.files;

import dev.millrace.file.OpenHow;
import java.lang.foreign.MemorySegment;

/** Which symbolic links are followed. */
public enum SymlinkPolicy {
  /** Relative links that stay beneath the root. */
  BENEATH,
  /** No links. */
  NONE;

  /** The {@code struct open_how} by which the kernel enforces the policy. */
  MemorySegment how() {
    return switch (this) {
      case BENEATH -> OpenHow.READ_BENEATH;
      case NONE -> OpenHow.READ_BENEATH_NO_SYMLINKS;
    };
  }

  /** The same policy, failing unless the kernel has the whole path cached. */
  MemorySegment howCached() {
    return switch (this) {
      case BENEATH -> OpenHow.READ_BENEATH_CACHED;
      case NONE -> OpenHow.READ_BENEATH_NO_SYMLINKS_CACHED;
    };
  }

  /** The same policy, for a directory whose entries are changed. */
  MemorySegment howDirectory() {
    return switch (this) {
      case BENEATH -> OpenHow.DIRECTORY_BENEATH;
      case NONE -> OpenHow.DIRECTORY_BENEATH_NO_SYMLINKS;
    };
  }
}
