package dev.millrace.file;

import static dev.millrace.uring.OpenFlags.O_CLOEXEC;
import static dev.millrace.uring.OpenFlags.O_DIRECTORY;
import static dev.millrace.uring.OpenFlags.O_NONBLOCK;
import static dev.millrace.uring.OpenFlags.O_RDONLY;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How to open a path beneath a root (openat2(2)): instances of {@code struct open_how}, constant
 * for the life of the process.
 */
public final class OpenHow {
  /** Does not follow the magic links of /proc. */
  public static final long RESOLVE_NO_MAGICLINKS = 0x02;

  /** Fails with ELOOP at a symbolic link. */
  public static final long RESOLVE_NO_SYMLINKS = 0x04;

  /** Fails with EXDEV if the path leads out of the directory. */
  public static final long RESOLVE_BENEATH = 0x08;

  /** Fails with EAGAIN if the path is not in memory (since Linux 5.12). */
  public static final long RESOLVE_CACHED = 0x20;

  /** Size of {@code struct open_how}. */
  static final long BYTES = 24;

  /**
   * Read-only, without blocking on a FIFO or a device. Path components and symbolic links must not
   * lead out of the directory or through /proc's magic links.
   */
  public static final MemorySegment READ_BENEATH =
      of(O_RDONLY | O_NONBLOCK | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);

  /** Like {@link #READ_BENEATH}, but no component may be a symbolic link. */
  public static final MemorySegment READ_BENEATH_NO_SYMLINKS =
      of(
          O_RDONLY | O_NONBLOCK | O_CLOEXEC,
          RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS);

  /**
   * Like {@link #READ_BENEATH}, but fails with {@code EAGAIN} instead of waiting for a disk if the
   * path is not fully cached; {@code EINVAL} on kernels without RESOLVE_CACHED.
   */
  public static final MemorySegment READ_BENEATH_CACHED =
      of(
          O_RDONLY | O_NONBLOCK | O_CLOEXEC,
          RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_CACHED);

  /** Like {@link #READ_BENEATH_CACHED}, but no component may be a symbolic link. */
  public static final MemorySegment READ_BENEATH_NO_SYMLINKS_CACHED =
      of(
          O_RDONLY | O_NONBLOCK | O_CLOEXEC,
          RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_CACHED);

  /** A directory whose entries can be changed and synced; links as in {@link #READ_BENEATH}. */
  public static final MemorySegment DIRECTORY_BENEATH =
      of(O_DIRECTORY | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);

  /** Like {@link #DIRECTORY_BENEATH}, but no component may be a symbolic link. */
  public static final MemorySegment DIRECTORY_BENEATH_NO_SYMLINKS =
      of(O_DIRECTORY | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS);

  /** Read-only, without blocking on a FIFO or a device; the path may lead anywhere. */
  public static final MemorySegment READ_ANYWHERE = of(O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);

  private OpenHow() {}

  /**
   * A {@code struct open_how} for {@link dev.millrace.uring.Ring#prepOpenat2}.
   *
   * @param arena of the struct, which must outlive the operation
   * @param flags of {@link dev.millrace.uring.OpenFlags}
   * @param mode permissions of a file that is created, as in {@code 0644}; otherwise 0
   * @param resolve {@code RESOLVE_*} of this class, or 0
   */
  public static MemorySegment of(Arena arena, int flags, int mode, long resolve) {
    MemorySegment how = arena.allocate(BYTES, 8);
    how.set(JAVA_LONG, 0, flags);
    how.set(JAVA_LONG, 8, mode);
    how.set(JAVA_LONG, 16, resolve);
    return how;
  }

  private static MemorySegment of(int flags, long resolve) {
    return of(Arena.global(), flags, 0, resolve).asReadOnly();
  }
}
