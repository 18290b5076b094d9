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
  /** The file system, or the root, is not there at present; trying later may help. */
  UNAVAILABLE,
  /** The device failed, or anything not foreseen. */
  IO;

  /** Whether the file system has said that there is no such file. */
  public boolean isAbsence() {
    return this == NOT_FOUND || this == NOT_A_DIRECTORY || this == NAME_TOO_LONG;
  }

  /** The failure that a positive error number of openat2(2) means. */
  public static OpenFailure of(int errno) {
    return switch (errno) {
      // EXDEV: the path leads out of the root. ELOOP: through too many or forbidden links. ENXIO,
      // ENODEV: a FIFO or device without its other side. EINVAL, EILSEQ: no name of this file
      // system, as one that is not UTF-8 where all names are.
      case Errno.ENOENT,
          Errno.EXDEV,
          Errno.ELOOP,
          Errno.ENXIO,
          Errno.ENODEV,
          Errno.EINVAL,
          Errno.EILSEQ ->
          NOT_FOUND;
      case Errno.ENOTDIR -> NOT_A_DIRECTORY;
      case Errno.EACCES, Errno.EPERM -> FORBIDDEN;
      case Errno.ENAMETOOLONG -> NAME_TOO_LONG;
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM -> EXHAUSTED;
      // EAGAIN: directories were renamed during each of several look-ups. ENOTCONN: a FUSE server
      // has ended. ESTALE and the others: a file server on the network.
      case Errno.EAGAIN,
          Errno.EINTR,
          Errno.ENOTCONN,
          Errno.ESTALE,
          Errno.ETIMEDOUT,
          Errno.ECONNABORTED,
          Errno.ECONNREFUSED,
          Errno.ECONNRESET,
          Errno.EHOSTDOWN,
          Errno.EHOSTUNREACH,
          Errno.ENETUNREACH ->
          UNAVAILABLE;
      default -> IO;
    };
  }
}
