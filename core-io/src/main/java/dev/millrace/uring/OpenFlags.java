package dev.millrace.uring;

/** Flags of open(2), of x86-64 or aarch64, whichever runs. */
public final class OpenFlags {
  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 0x1;
  public static final int O_RDWR = 0x2;

  /** Creates the file if it does not exist. */
  public static final int O_CREAT = 0x40;

  /** With {@link #O_CREAT}: fails with EEXIST if the name exists. */
  public static final int O_EXCL = 0x80;

  /** Makes an existing file empty. */
  public static final int O_TRUNC = 0x200;

  /** Each write goes to the end. */
  public static final int O_APPEND = 0x400;

  /** Does not wait for the other end of a FIFO, or for a device. */
  public static final int O_NONBLOCK = 0x800;

  /** Fails with ENOTDIR if the name is no directory. */
  public static final int O_DIRECTORY = AARCH64 ? 0x4000 : 0x10000;

  /** Fails with ELOOP if the name is a symbolic link. */
  public static final int O_NOFOLLOW = AARCH64 ? 0x8000 : 0x20000;

  /** Started programs do not inherit the descriptor. */
  public static final int O_CLOEXEC = 0x80000;

  /** Only names the file, for use as a directory or with AT_EMPTY_PATH. */
  public static final int O_PATH = 0x200000;

  /** Creates a file without a name in a directory. */
  public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

  private OpenFlags() {}
}
