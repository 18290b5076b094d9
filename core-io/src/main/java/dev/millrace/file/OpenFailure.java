package dev.millrace.file;

import dev.millrace.sync.ffi.Errno;

/** Why a path could not be opened, by what a caller would do about it. */
public enum OpenFailure {
  /** There is no such file, or what there is lies outside the root. */
  NOT_FOUND,
  /** The path goes on below something that is no directory. */
  NOT_A_DIRECTORY,
  /** Permission is refused. */
  FORBIDDEN,
  /** A name or the path is longer than the file system allows. */
  NAME_TOO_LONG,
  /** The process, the system or the kernel's memory is at its limit; trying later may help. */
  EXHAUSTED,
  /** The device failed, or anything not foreseen. */
  IO;

  /** The failure that a positive error number of openat2(2) means. */
  public static OpenFailure of(int errno) {
    return switch (errno) {
      // EXDEV: the path leads out of the root. ELOOP: through too many or forbidden links. ENXIO: a
      // FIFO or device without its other side. EAGAIN: the tree was moved during the look-up.
      case Errno.ENOENT, Errno.EXDEV, Errno.ELOOP, Errno.ENXIO, Errno.ENODEV, Errno.EAGAIN ->
          NOT_FOUND;
      case Errno.ENOTDIR -> NOT_A_DIRECTORY;
      case Errno.EACCES, Errno.EPERM -> FORBIDDEN;
      case Errno.ENAMETOOLONG -> NAME_TOO_LONG;
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM -> EXHAUSTED;
      default -> IO;
    };
  }
}
