package dev.millrace.process;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;

/**
 * Restricts the calling thread, and the threads that it starts from then on, to some directories
 * (landlock(7), Linux 5.13). What they may read, they may also list and execute. Opened files and
 * directories stay usable, but a path below an open directory is checked like any other. Operations
 * of a ring have the restrictions of the thread that submits them.
 */
public final class Landlock {
  private static final CFunction SYSCALL = CFunction.ofLibc("syscall");
  private static final CFunction PRCTL = CFunction.ofLibc("prctl");
  private static final CFunction OPEN = CFunction.ofLibc("open");
  private static final CFunction CLOSE = CFunction.ofLibc("close");

  private static final int CREATE_RULESET = 444;
  private static final int ADD_RULE = 445;
  private static final int RESTRICT_SELF = 446;
  private static final int VERSION = 1;
  private static final int PATH_BENEATH = 1;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int O_PATH_CLOEXEC = 0x280000;

  /** The rights of the first version, bits 0 to 12; each of the next two added one. */
  private static final int FIRST_RIGHTS = 13;

  private static final int LAST_RIGHTS = 15;
  private static final long EXECUTE = 1;
  private static final long WRITE_FILE = 1 << 1;
  private static final long READ_FILE = 1 << 2;
  private static final long READ_DIRECTORY = 1 << 3;
  private static final long TRUNCATE = 1 << 14;
  private static final long READ = EXECUTE | READ_FILE | READ_DIRECTORY;

  /** The rights that apply to a file that is no directory. */
  private static final long OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;

  private Landlock() {}

  /** The version of the kernel's interface; 0 if it has none or it is switched off. */
  public static int version() {
    return Math.max(0, SYSCALL.intOrErrno(CREATE_RULESET, 0, 0, VERSION));
  }

  /**
   * Gives up the right to gain rights by starting programs (PR_SET_NO_NEW_PRIVS of prctl(2)), for
   * the calling thread and the threads that it starts from then on.
   */
  public static void gainNoPrivileges() throws ErrnoException {
    var _ = check("prctl", PRCTL.intOrErrno(PR_SET_NO_NEW_PRIVS, 1));
  }

  /**
   * Restricts the calling thread and those that it starts. Calls {@link #gainNoPrivileges}.
   *
   * @param read directories and files to read; those that do not exist are left out
   * @param write directories and files to change as well
   * @throws ErrnoException ENOSYS or EOPNOTSUPP without Landlock
   */
  public static void restrict(Collection<Path> read, Collection<Path> write) throws ErrnoException {
    int version = version();
    if (version == 0) {
      throw new ErrnoException("landlock_create_ruleset", Errno.ENOSYS);
    }
    long all = (1L << Math.min(FIRST_RIGHTS + version - 1, LAST_RIGHTS)) - 1;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(JAVA_LONG);
      attributes.set(JAVA_LONG, 0, all);
      int ruleset =
          check(
              "landlock_create_ruleset",
              SYSCALL.intOrErrno(CREATE_RULESET, attributes.address(), Long.BYTES, 0));
      try {
        for (Path path : read) {
          allow(arena, ruleset, path, READ);
        }
        for (Path path : write) {
          allow(arena, ruleset, path, all);
        }
        gainNoPrivileges();
        var _ = check("landlock_restrict_self", SYSCALL.intOrErrno(RESTRICT_SELF, ruleset, 0));
      } finally {
        var _ = CLOSE.call(ruleset);
      }
    }
  }

  private static void allow(Arena arena, int ruleset, Path path, long rights)
      throws ErrnoException {
    MemorySegment name = arena.allocateFrom(path.toString());
    int fd = OPEN.intOrErrno(name.address(), O_PATH_CLOEXEC);
    if (fd == -Errno.ENOENT) {
      return;
    }
    var _ = check("open " + path, fd);
    try {
      // struct landlock_path_beneath_attr { __u64 allowed_access; __s32 parent_fd; }, packed
      MemorySegment rule = arena.allocate(12, 8);
      rule.set(JAVA_INT_UNALIGNED, Long.BYTES, fd);
      rule.set(JAVA_LONG, 0, rights);
      int result = SYSCALL.intOrErrno(ADD_RULE, ruleset, PATH_BENEATH, rule.address(), 0);
      if (result == -Errno.EINVAL) { // rights of directories, and this is a file
        rule.set(JAVA_LONG, 0, rights & OF_FILES);
        result = SYSCALL.intOrErrno(ADD_RULE, ruleset, PATH_BENEATH, rule.address(), 0);
      }
      var _ = check("landlock_add_rule " + path, result);
    } finally {
      var _ = CLOSE.call(fd);
    }
  }

  private static int check(String call, int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, -result);
    }
    return result;
  }
}
