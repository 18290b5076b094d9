package dev.millrace.file;

import dev.millrace.sync.Errno;

/** Why a path could not be opened, grouped by how a caller responds. */
public enum OpenFailure {
  /** The file does not exist, or lies outside the root. */
  NOT_FOUND,
  /** A component before the last is not a directory. */
  NOT_A_DIRECTORY,
  FORBIDDEN,
  /** A name or the path is longer than the file system allows. */
  NAME_TOO_LONG,
  /** The process, the system or kernel memory is at its limit; a retry may succeed. */
  EXHAUSTED,
  /** The file system or the root is currently unavailable; a retry may succeed. */
  UNAVAILABLE,
  /** An I/O error, or an unexpected error. */
  IO;

  /** Whether the file system reported that the file does not exist. */
  public boolean isAbsence() {
    return this == NOT_FOUND || this == NOT_A_DIRECTORY || this == NAME_TOO_LONG;
  }

  /** Maps a positive error number of openat2(2). */
  public static OpenFailure of(int errno) {
    return switch (errno) {
      // EXDEV: the path leads out of the root. ELOOP: too many or forbidden links. ENXIO, ENODEV: a
      // FIFO or device without its other end. EINVAL, EILSEQ: not a valid name in this file system,
      // for example not UTF-8 where names must be.
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
      // EAGAIN: directories were renamed during each of several lookups. ENOTCONN: a FUSE server
      // has ended. ESTALE and the rest: errors of network file systems.
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
