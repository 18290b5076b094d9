package dev.millrace.uring;

/** Flags and constants of operations on paths (openat2(2), statx(2), renameat2(2), unlinkat(2)). */
public final class PathFlags {
  /** In place of a directory's descriptor: the working directory. */
  public static final int AT_FDCWD = -100;

  /** The status of a symbolic link itself. */
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;

  /** Removes a directory. */
  public static final int AT_REMOVEDIR = 0x200;

  /** Links what a symbolic link leads to. */
  public static final int AT_SYMLINK_FOLLOW = 0x400;

  /** An empty path means the descriptor itself. */
  public static final int AT_EMPTY_PATH = 0x1000;

  /** Fails with EEXIST if the new name exists. */
  public static final int RENAME_NOREPLACE = 1;

  /** Exchanges two names. */
  public static final int RENAME_EXCHANGE = 2;

  private PathFlags() {}
}
