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
  private static final long RESOLVE_CACHED = 0x20; // since Linux 5.12

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

  /**
   * As {@link #READ_BENEATH}, and {@code EAGAIN} rather than waiting for a disk, where the path is
   * not all in memory; {@code EINVAL} from a kernel that cannot do that.
   */
  public static final MemorySegment READ_BENEATH_CACHED =
      of(
          O_RDONLY | O_NONBLOCK | O_CLOEXEC,
          RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_CACHED);

  /** As {@link #READ_BENEATH_CACHED}, and no component is a symbolic link. */
  public static final MemorySegment READ_BENEATH_NO_SYMLINKS_CACHED =
      of(
          O_RDONLY | O_NONBLOCK | O_CLOEXEC,
          RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_CACHED);

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
