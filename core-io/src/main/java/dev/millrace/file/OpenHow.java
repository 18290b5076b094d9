package dev.millrace.file;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How a path is opened beneath a root (openat2(2)): {@code struct open_how}, constant for the life
 * of the process.
 */
public final class OpenHow {
  private static final long O_RDONLY = 0;
  private static final long O_NONBLOCK = 0x800;
  private static final long O_CLOEXEC = 0x80000;
  private static final long RESOLVE_NO_MAGICLINKS = 0x02;
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final long RESOLVE_BENEATH = 0x08;

  /** Size of {@code struct open_how}. */
  static final long BYTES = 24;

  /**
   * Read-only, without blocking on a FIFO or a device; no component of the path, and no symbolic
   * link on the way, leads out of the directory or through /proc's magic links.
   */
  public static final MemorySegment READ_BENEATH =
      of(O_RDONLY | O_NONBLOCK | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);

  /** As {@link #READ_BENEATH}, and no component is a symbolic link. */
  public static final MemorySegment READ_BENEATH_NO_SYMLINKS =
      of(
          O_RDONLY | O_NONBLOCK | O_CLOEXEC,
          RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS);

  /** Read-only, without blocking on a FIFO or a device, wherever the path leads. */
  public static final MemorySegment READ_ANYWHERE = of(O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);

  private OpenHow() {}

  private static MemorySegment of(long flags, long resolve) {
    MemorySegment how = Arena.global().allocate(BYTES, 8);
    how.set(JAVA_LONG, 0, flags);
    how.set(JAVA_LONG, 16, resolve);
    return how.asReadOnly();
  }
}
