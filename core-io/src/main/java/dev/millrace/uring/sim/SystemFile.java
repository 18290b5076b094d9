package dev.millrace.uring.sim;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import org.jspecify.annotations.Nullable;

/**
 * A hold on the file behind a descriptor of this process: a duplicate. An operation keeps its file
 * when the program closes the descriptor, as in io_uring.
 */
final class SystemFile extends OpenFile {
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final CFunction FCNTL = CFunction.ofLibc("fcntl");
  private static final CFunction CLOSE = CFunction.ofLibc("close");

  /** The program's descriptor, by which a cancellation names the file. */
  final int number;

  final int duplicate;

  private SystemFile(int number, int duplicate) {
    this.number = number;
    this.duplicate = duplicate;
  }

  /** A hold on the file of a descriptor; null if it is not open. */
  static @Nullable SystemFile of(int number) {
    int duplicate = FCNTL.intOrErrno(number, F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0 && duplicate != -Errno.EBADF) {
      throw new IllegalStateException("fcntl: " + Errno.describe(-duplicate));
    }
    return duplicate < 0 ? null : new SystemFile(number, duplicate);
  }

  @Override
  void ended() {
    var _ = CLOSE.intOrErrno(duplicate);
  }
}
