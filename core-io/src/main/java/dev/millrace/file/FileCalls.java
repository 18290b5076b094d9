package dev.millrace.file;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.Errno;
import dev.millrace.sync.ffi.Native;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** System calls on files. Results below zero are {@code -errno}. */
public final class FileCalls {
  private static final long SYS_OPENAT2 = 437;

  /** For a directory's descriptor: the process's current directory (openat(2)). */
  public static final int CURRENT_DIRECTORY = -100;

  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0x40;
  private static final int O_TRUNC = 0x200;
  private static final int NEW_FILE_MODE = 0644; // less the umask
  private static final int O_PATH_DIRECTORY = 0x200000 | 0x10000 | 0x80000;
  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

  private static final MethodHandle OPEN =
      Native.variadicWithErrno(
          Native.libc(), "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
  private static final MethodHandle FSTAT =
      Native.withErrno(Native.libc(), "fstat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final int FADV_WILLNEED = 3;
  private static final MethodHandle CLOSE =
      Native.withErrno(Native.libc(), "close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  /** Each thread's {@code struct stat}: 144 bytes on x86-64, 128 on aarch64. */
  private static final ThreadLocal<MemorySegment> STAT =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(144, 8));

  /**
   * Linked when first used, as each kind of call costs milliseconds of a start: not at all on the
   * ring.
   */
  private static final class Rare {
    static final MethodHandle SYSCALL =
        Native.variadicWithErrno(
            Native.libc(),
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
            1);
    static final MethodHandle FCNTL =
        Native.variadicWithErrno(
            Native.libc(),
            "fcntl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            2);

    private Rare() {}
  }

  /** For those who look into directories. */
  private static final class Directories {
    static final MethodHandle FSTATAT =
        Native.withErrno(
            Native.libc(),
            "fstatat",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    static final MethodHandle GETDENTS64 =
        Native.withErrno(
            Native.libc(),
            "getdents64",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    static final MethodHandle READLINK =
        Native.withErrno(
            Native.libc(),
            "readlink",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));

    private Directories() {}
  }

  /** For those who read without a ring. */
  private static final class Reading {
    static final MethodHandle PREAD =
        Native.withErrno(
            Native.libc(),
            "pread",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    static final MethodHandle FADVISE =
        Native.plain(
            Native.libc(),
            "posix_fadvise",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private Reading() {}
  }

  private FileCalls() {}

  /**
   * Opens a directory to resolve paths beneath (open(2) with O_PATH). May wait for a disk.
   *
   * @return its descriptor
   */
  public static int openDirectory(Path directory) throws ErrnoException {
    return open(directory, O_PATH_DIRECTORY);
  }

  private static int open(Path file, int flags) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file.toString(), StandardCharsets.UTF_8);
      MemorySegment errno = Native.errnoState();
      int fd;
      try {
        fd = (int) OPEN.invokeExact(errno, path, flags, NEW_FILE_MODE);
      } catch (Throwable unexpected) {
        throw new AssertionError(unexpected);
      }
      if (fd < 0) {
        throw new ErrnoException("open " + file, Native.errno(errno));
      }
      return fd;
    }
  }

  /** Opens a file for reading (open(2)). May wait for a disk. */
  public static int openForReading(Path file) throws ErrnoException {
    return open(file, O_CLOEXEC);
  }

  /** Creates a file, or empties it, for writing (open(2)). May wait for a disk. */
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
    MemorySegment errno = Native.errnoState();
    try {
      long fd =
          (long)
              Rare.SYSCALL.invokeExact(errno, SYS_OPENAT2, directoryFd, path, how, OpenHow.BYTES);
      return fd < 0 ? -Native.errno(errno) : (int) fd;
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** What a descriptor is (fstat(2)); answered from memory, so a loop may call it. */
  public static FileFacts stat(int fd) throws ErrnoException {
    MemorySegment stat = STAT.get();
    MemorySegment errno = Native.errnoState();
    int result;
    try {
      result = (int) FSTAT.invokeExact(errno, fd, stat);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
    if (result < 0) {
      throw new ErrnoException("fstat", Native.errno(errno));
    }
    return facts(stat);
  }

  /**
   * Whether a descriptor is still what it was (fstat(2)), without an allocation. That the file's
   * name leads elsewhere now shows here as well: renaming, replacing and removing change its {@code
   * st_ctime}.
   */
  public static boolean isStill(int fd, FileFacts facts) {
    MemorySegment stat = STAT.get();
    try {
      if ((int) FSTAT.invokeExact(Native.errnoState(), fd, stat) < 0) {
        return false;
      }
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
    return stat.get(JAVA_LONG, 104) == facts.changedSeconds()
        && (int) stat.get(JAVA_LONG, 112) == facts.changedNanos()
        && stat.get(JAVA_LONG, 48) == facts.sizeBytes()
        && stat.get(JAVA_LONG, 88) == facts.modifiedSeconds()
        && (int) stat.get(JAVA_LONG, 96) == facts.modifiedNanos()
        && stat.get(JAVA_INT, AARCH64 ? 16 : 24) == facts.mode()
        && stat.get(JAVA_LONG, 8) == facts.inode()
        && stat.get(JAVA_LONG, 0) == facts.device();
  }

  private static FileFacts facts(MemorySegment stat) {
    // struct stat differs between the two machines only in where st_mode stands.
    return new FileFacts(
        stat.get(JAVA_LONG, 0),
        stat.get(JAVA_LONG, 8),
        stat.get(JAVA_INT, AARCH64 ? 16 : 24),
        stat.get(JAVA_LONG, 48),
        stat.get(JAVA_LONG, 88),
        (int) stat.get(JAVA_LONG, 96),
        stat.get(JAVA_LONG, 104),
        (int) stat.get(JAVA_LONG, 112));
  }

  /**
   * What a name in a directory is, a symbolic link itself (fstatat(2)). May wait for a disk.
   *
   * @param name NUL-terminated
   */
  public static FileFacts statAt(int directoryFd, MemorySegment name) throws ErrnoException {
    MemorySegment stat = STAT.get();
    MemorySegment errno = Native.errnoState();
    int result;
    try {
      result =
          (int)
              Directories.FSTATAT.invokeExact(errno, directoryFd, name, stat, AT_SYMLINK_NOFOLLOW);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
    if (result < 0) {
      throw new ErrnoException("fstatat", Native.errno(errno));
    }
    return facts(stat);
  }

  /**
   * Reads entries of a directory, {@code struct linux_dirent64} one after another (getdents64(2)).
   * May wait for a disk.
   *
   * @return bytes filled, 0 at the end, or {@code -errno}
   */
  public static long getdents(int fd, MemorySegment into) {
    MemorySegment errno = Native.errnoState();
    try {
      long read = (long) Directories.GETDENTS64.invokeExact(errno, fd, into, into.byteSize());
      return read < 0 ? -Native.errno(errno) : read;
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /**
   * Reads at an offset (pread(2)). Waits for a disk.
   *
   * @return bytes read, 0 at the end, or {@code -errno}
   */
  public static long pread(int fd, MemorySegment into, long length, long offset) {
    MemorySegment errno = Native.errnoState();
    try {
      while (true) {
        long read = (long) Reading.PREAD.invokeExact(errno, fd, into, length, offset);
        if (read >= 0) {
          return read;
        }
        if (Native.errno(errno) != Errno.EINTR) {
          return -Native.errno(errno);
        }
      }
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /**
   * Says what will be read soon, so that the kernel begins to (posix_fadvise(2), WILLNEED); best
   * effort. It reads no more at once than the disk's readahead or its largest request, 128 KiB at
   * least. May wait for a disk.
   */
  public static void willNeed(int fd, long offset, long length) {
    try {
      var _ = (int) Reading.FADVISE.invokeExact(fd, offset, length, FADV_WILLNEED);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /**
   * What a symbolic link says (readlink(2)). May wait for a disk.
   *
   * @param path NUL-terminated
   * @return bytes filled, cut to what there is room for, or {@code -errno}
   */
  public static long readlink(MemorySegment path, MemorySegment into) {
    MemorySegment errno = Native.errnoState();
    try {
      long length = (long) Directories.READLINK.invokeExact(errno, path, into, into.byteSize());
      return length < 0 ? -Native.errno(errno) : length;
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** Another descriptor of the same open file (fcntl(2), F_DUPFD_CLOEXEC). */
  public static int duplicate(int fd) throws ErrnoException {
    MemorySegment errno = Native.errnoState();
    int copy;
    try {
      copy = (int) Rare.FCNTL.invokeExact(errno, fd, F_DUPFD_CLOEXEC, 0);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
    if (copy < 0) {
      throw new ErrnoException("fcntl", Native.errno(errno));
    }
    return copy;
  }

  /** Closes a descriptor; it is gone whatever the call says (close(2)). */
  public static void close(int fd) {
    try {
      var _ = (int) CLOSE.invokeExact(Native.errnoState(), fd);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }
}
