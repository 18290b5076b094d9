package dev.millrace.file;

import static dev.millrace.uring.Advice.FADV_DONTNEED;
import static dev.millrace.uring.Advice.FADV_WILLNEED;
import static dev.millrace.uring.OpenFlags.O_CLOEXEC;
import static dev.millrace.uring.OpenFlags.O_CREAT;
import static dev.millrace.uring.OpenFlags.O_DIRECTORY;
import static dev.millrace.uring.OpenFlags.O_PATH;
import static dev.millrace.uring.OpenFlags.O_TRUNC;
import static dev.millrace.uring.OpenFlags.O_WRONLY;
import static dev.millrace.uring.PathFlags.AT_SYMLINK_NOFOLLOW;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** System calls on files. Negative results are {@code -errno}. Any thread. */
public final class FileCalls {
  private static final long SYS_OPENAT2 = 437;

  /** As a directory descriptor: the process's current directory (openat(2)). */
  public static final int CURRENT_DIRECTORY = -100;

  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int NEW_FILE_MODE = 0644; // less the umask
  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");
  private static final int O_PATH_DIRECTORY = O_PATH | O_DIRECTORY | O_CLOEXEC;

  private static final CFunction OPEN = CFunction.ofLibc("open");
  private static final CFunction CLOSE = CFunction.ofLibc("close");
  private static final CFunction FSTAT = CFunction.ofLibc("fstat");
  private static final CFunction FSTATAT = CFunction.ofLibc("fstatat");
  private static final CFunction GETDENTS64 = CFunction.ofLibc("getdents64");
  private static final CFunction READLINK = CFunction.ofLibc("readlink");
  private static final CFunction PREAD = CFunction.ofLibc("pread");
  private static final CFunction FADVISE = CFunction.ofLibc("posix_fadvise");
  private static final CFunction FCNTL = CFunction.ofLibc("fcntl");
  private static final CFunction SYSCALL = CFunction.ofLibc("syscall");

  /** A {@code struct stat} per thread: 144 bytes on x86-64, 128 on aarch64. */
  private static final ThreadLocal<MemorySegment> STAT =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(144, 8));

  private FileCalls() {}

  /** Generates the code for C calls before the first call. */
  public static void link() {
    CFunction.link();
  }

  /**
   * Opens a directory beneath which paths are resolved (open(2) with O_PATH). May wait for a disk.
   *
   * @return its descriptor
   */
  public static int openDirectory(Path directory) throws ErrnoException {
    return open(directory, O_PATH_DIRECTORY);
  }

  private static int open(Path file, int flags) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file.toString(), StandardCharsets.UTF_8);
      int fd = OPEN.intOrErrno(path.address(), flags, NEW_FILE_MODE);
      if (fd < 0) {
        throw new ErrnoException("open " + file, -fd);
      }
      return fd;
    }
  }

  /** Opens a file for reading (open(2)). May wait for a disk. */
  public static int openForReading(Path file) throws ErrnoException {
    return open(file, O_CLOEXEC);
  }

  /** Creates or truncates a file for writing (open(2)). May wait for a disk. */
  public static int createForWriting(Path file) throws ErrnoException {
    return open(file, O_CLOEXEC | O_WRONLY | O_CREAT | O_TRUNC);
  }

  /**
   * Opens relative to a directory (openat2(2)). May wait for a disk.
   *
   * @param path NUL-terminated
   * @param how as in {@link OpenHow}
   * @return a descriptor or {@code -errno}
   */
  public static int openat2(int directoryFd, MemorySegment path, MemorySegment how) {
    return (int)
        SYSCALL.longOrErrno(SYS_OPENAT2, directoryFd, path.address(), how.address(), OpenHow.BYTES);
  }

  /**
   * Like {@link #openat2}, but retries while concurrent renames disturb the lookup (EAGAIN, see
   * RESOLVE_BENEATH in openat2(2)) or a signal interrupts it. Not for a {@code how} with
   * RESOLVE_CACHED, where EAGAIN is a final result.
   */
  public static int openat2Again(int directoryFd, MemorySegment path, MemorySegment how) {
    int result = openat2(directoryFd, path, how);
    for (int i = 1; i < OPEN_TRIES && mayTryAgain(result); i++) {
      result = openat2(directoryFd, path, how);
    }
    return result;
  }

  /** Maximum of attempts of a disturbed lookup. */
  public static final int OPEN_TRIES = 64;

  /**
   * Maximum of attempts to open a file that another one replaces between the open and its fstat(2).
   * Without a second attempt, the old file would be trusted although its path leads to a new one.
   * Few, because some file systems count no names.
   */
  public static final int REPLACED_TRIES = 3;

  /** Whether a result of openat2(2) reports a disturbed lookup. */
  public static boolean mayTryAgain(int result) {
    return result == -Errno.EAGAIN || result == -Errno.EINTR;
  }

  /** The status of a descriptor (fstat(2)), read from memory, so a loop thread may call it. */
  public static FileStat stat(int fd) throws ErrnoException {
    MemorySegment stat = STAT.get();
    int result = FSTAT.intOrErrno(fd, stat.address());
    if (result < 0) {
      throw new ErrnoException("fstat", -result);
    }
    return statOf(stat);
  }

  /**
   * Whether a descriptor's status is unchanged (fstat(2)), without an allocation. Renaming,
   * replacing and removing the file change {@code st_ctime}, so they are detected too.
   */
  public static boolean matches(int fd, FileStat expected) {
    MemorySegment stat = STAT.get();
    if (FileSimulation.Installed.current != null) {
      return (int) FSTAT.call(fd, stat.address()) == 0 && statOf(stat).equals(expected);
    }
    return (int) FSTAT.call(fd, stat.address()) == 0
        && stat.get(JAVA_LONG, 104) == expected.changedSeconds()
        && (int) stat.get(JAVA_LONG, 112) == expected.changedNanos()
        && stat.get(JAVA_LONG, 48) == expected.sizeBytes()
        && stat.get(JAVA_LONG, 88) == expected.modifiedSeconds()
        && (int) stat.get(JAVA_LONG, 96) == expected.modifiedNanos()
        && stat.get(JAVA_INT, AARCH64 ? 16 : 24) == expected.mode()
        && stat.get(JAVA_LONG, 8) == expected.inode()
        && stat.get(JAVA_LONG, 0) == expected.device();
  }

  private static FileStat statOf(MemorySegment stat) {
    // struct stat differs between the two architectures only in st_mode and st_nlink.
    FileStat real =
        new FileStat(
            stat.get(JAVA_LONG, 0),
            stat.get(JAVA_LONG, 8),
            stat.get(JAVA_INT, AARCH64 ? 16 : 24),
            AARCH64 ? stat.get(JAVA_INT, 20) : stat.get(JAVA_LONG, 16),
            stat.get(JAVA_LONG, 48),
            stat.get(JAVA_LONG, 88),
            (int) stat.get(JAVA_LONG, 96),
            stat.get(JAVA_LONG, 104),
            (int) stat.get(JAVA_LONG, 112));
    FileSimulation simulation = FileSimulation.Installed.current;
    return simulation == null ? real : simulation.stat(real);
  }

  /**
   * The status of a directory entry; symbolic links are not followed (fstatat(2)). May wait for a
   * disk.
   *
   * @param name NUL-terminated
   */
  public static FileStat statAt(int directoryFd, MemorySegment name) throws ErrnoException {
    MemorySegment stat = STAT.get();
    int result =
        FSTATAT.intOrErrno(directoryFd, name.address(), stat.address(), AT_SYMLINK_NOFOLLOW);
    if (result < 0) {
      throw new ErrnoException("fstatat", -result);
    }
    return statOf(stat);
  }

  /**
   * Reads directory entries, a sequence of {@code struct linux_dirent64} (getdents64(2)). May wait
   * for a disk.
   *
   * @return bytes filled, 0 at the end, or {@code -errno}
   */
  public static long getdents(int fd, MemorySegment into) {
    return GETDENTS64.longOrErrno(fd, into.address(), into.byteSize());
  }

  /**
   * Reads at an offset (pread(2)). May wait for a disk.
   *
   * @return bytes read, 0 at the end, or {@code -errno}
   */
  public static long pread(int fd, MemorySegment into, long length, long offset) {
    Objects.checkFromIndexSize(0, length, into.byteSize());
    try {
      long read;
      do {
        read = PREAD.longOrErrno(fd, into.address(), length, offset);
      } while (read == -Errno.EINTR);
      return read;
    } finally {
      Reference.reachabilityFence(into);
    }
  }

  /**
   * Starts readahead of a range (posix_fadvise(2), WILLNEED); best effort. One call reads at most
   * the disk's readahead size or its largest request, at least 128 KiB. May wait for a disk.
   */
  public static void willNeed(int fd, long offset, long length) {
    var _ = FADVISE.call(fd, offset, length, FADV_WILLNEED);
  }

  /**
   * Drops a range from the page cache (posix_fadvise(2), DONTNEED); best effort. Dirty pages stay.
   *
   * @param length 0 for everything from {@code offset} on
   */
  public static void dontNeed(int fd, long offset, long length) {
    var _ = FADVISE.call(fd, offset, length, FADV_DONTNEED);
  }

  /**
   * Reads a symbolic link (readlink(2)). May wait for a disk.
   *
   * @param path NUL-terminated
   * @return bytes filled, truncated to the buffer's size, or {@code -errno}
   */
  public static long readlink(MemorySegment path, MemorySegment into) {
    return READLINK.longOrErrno(path.address(), into.address(), into.byteSize());
  }

  /** Duplicates a descriptor (fcntl(2), F_DUPFD_CLOEXEC). */
  public static int duplicate(int fd) throws ErrnoException {
    int copy = FCNTL.intOrErrno(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      throw new ErrnoException("fcntl", -copy);
    }
    return copy;
  }

  /** Closes a descriptor; it is released even if the call fails (close(2)). */
  public static void close(int fd) {
    var _ = CLOSE.call(fd);
  }
}
