package dev.millrace.file;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How to open a path beneath a root (openat2(2)): instances of {@code struct open_how}, constant
 * for the life of the process.
 */
public final class OpenHow {
  private static final long O_RDONLY = 0;
  private static final long O_NONBLOCK = 0x800;
  private static final long O_CLOEXEC = 0x80000;
  private static final long O_DIRECTORY =
      System.getProperty("os.arch").equals("aarch64") ? 0x4000 : 0x10000;
  private static final long RESOLVE_NO_MAGICLINKS = 0x02;
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final long RESOLVE_BENEATH = 0x08;
  private static final long RESOLVE_CACHED = 0x20; // since Linux 5.12

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

  private static MemorySegment of(long flags, long resolve) {
    MemorySegment how = Arena.global().allocate(BYTES, 8);
    how.set(JAVA_LONG, 0, flags);
    how.set(JAVA_LONG, 16, resolve);
    return how.asReadOnly();
  }
}
