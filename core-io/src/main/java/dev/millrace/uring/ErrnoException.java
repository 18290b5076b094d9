package dev.millrace.uring;

import dev.millrace.sync.Errno;
import java.io.IOException;
import java.io.Serial;

/** A failed system call or ring operation, with its name and error number. */
public final class ErrnoException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param operation name of the call or operation, and its subject
   * @param errno the positive error number
   */
  public ErrnoException(String operation, int errno) {
    super(operation + ": " + Errno.describe(errno));
    this.errno = errno;
  }

  /** The positive error number. */
  public int errno() {
    return errno;
  }

  /** Whether another socket uses the address (EADDRINUSE). */
  public boolean isAddressInUse() {
    return errno == Errno.EADDRINUSE;
  }

  /** Whether permission was denied (EACCES, EPERM). */
  public boolean isPermissionDenied() {
    return errno == Errno.EACCES || errno == Errno.EPERM;
  }
}
