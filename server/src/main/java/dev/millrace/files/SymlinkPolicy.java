package dev.millrace.files;

import dev.millrace.file.OpenHow;
import java.lang.foreign.MemorySegment;

/** Which symbolic links are followed. */
public enum SymlinkPolicy {
  /** Those that stay beneath the root, by relative targets. */
  BENEATH,
  /** None. */
  NONE;

  /** The {@code struct open_how} that has the kernel hold to it. */
  MemorySegment how() {
    return switch (this) {
      case BENEATH -> OpenHow.READ_BENEATH;
      case NONE -> OpenHow.READ_BENEATH_NO_SYMLINKS;
    };
  }

  /** The same, of a path that the kernel has all in memory. */
  MemorySegment howCached() {
    return switch (this) {
      case BENEATH -> OpenHow.READ_BENEATH_CACHED;
      case NONE -> OpenHow.READ_BENEATH_NO_SYMLINKS_CACHED;
    };
  }
}
