package dev.millrace.process;

import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;

/** Other processes. Any thread. */
public final class Processes {
  private static final CFunction KILL = CFunction.ofLibc("kill");
  private static final int SIGHUP = 1;

  private Processes() {}

  /**
   * Sends SIGHUP (kill(2)).
   *
   * @param pid positive
   * @throws ErrnoException ESRCH if there is no such process, EPERM if it is another user's
   */
  public static void hangUp(int pid) throws ErrnoException {
    if (pid <= 0) {
      throw new IllegalArgumentException("not a process: " + pid);
    }
    int result = KILL.intOrErrno(pid, SIGHUP);
    if (result < 0) {
      throw new ErrnoException("kill", -result);
    }
  }
}
