package dev.millrace.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A user of the system (getpwnam(3)).
 *
 * @param name for example {@code www-data}
 * @param id user ID
 * @param group ID of the user's primary group
 */
public record User(String name, int id, int group) {
  private static final CFunction GETPWNAM = CFunction.ofLibc("getpwnam");
  private static final CFunction GETEUID = CFunction.ofLibc("geteuid");
  private static final CFunction INITGROUPS = CFunction.ofLibc("initgroups");
  private static final CFunction SETGID = CFunction.ofLibc("setgid");
  private static final CFunction SETUID = CFunction.ofLibc("setuid");

  // struct passwd { char *name, *password; uid_t uid; gid_t gid; ... };
  private static final long UID = 16;
  private static final long GID = 20;
  private static final long PASSWD_BYTES = 48;

  /** Finds a user; empty if there is none. Not for several threads at once. */
  public static Optional<User> find(String name) {
    try (Arena arena = Arena.ofConfined()) {
      long entry = GETPWNAM.call(arena.allocateFrom(name).address());
      if (entry == 0) {
        return Optional.empty();
      }
      MemorySegment user = MemorySegment.ofAddress(entry).reinterpret(PASSWD_BYTES);
      return Optional.of(new User(name, user.get(JAVA_INT, UID), user.get(JAVA_INT, GID)));
    }
  }

  /** The ID of the user whose rights this process has; 0 for root. */
  public static int current() {
    return (int) GETEUID.call(0);
  }

  /**
   * Makes this process run as the user, with the user's groups and without capabilities, in all
   * threads (nptl(7)). Requires root.
   *
   * @throws ErrnoException if the process may not change its user, EPERM
   */
  public void become() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocateFrom(name).address();
      check("initgroups", INITGROUPS.intOrErrno(at, group));
    }
    check("setgid", SETGID.intOrErrno(group));
    check("setuid", SETUID.intOrErrno(id));
  }

  private static void check(String call, int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, -result);
    }
  }
}
