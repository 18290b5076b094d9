package dev.millrace.file;

import static dev.millrace.uring.OpenFlags.O_CLOEXEC;
import static dev.millrace.uring.OpenFlags.O_CREAT;
import static dev.millrace.uring.OpenFlags.O_EXCL;
import static dev.millrace.uring.OpenFlags.O_NOFOLLOW;
import static dev.millrace.uring.OpenFlags.O_RDWR;
import static dev.millrace.uring.OpenFlags.O_TMPFILE;
import static dev.millrace.uring.OpenFlags.O_WRONLY;
import static dev.millrace.uring.PathFlags.AT_REMOVEDIR;
import static dev.millrace.uring.PathFlags.AT_SYMLINK_FOLLOW;
import static dev.millrace.uring.PathFlags.RENAME_EXCHANGE;
import static dev.millrace.uring.PathFlags.RENAME_NOREPLACE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * System calls that change files and directories, relative to an open directory. They may wait for
 * a disk. Any thread.
 *
 * <p>A name is one component: not empty, without a slash and without NUL.
 */
public final class FileWrites {
  private static final int LOCK_EX_NB = 2 | 4;
  private static final int LOCK_UN = 8;
  private static final int MFD_CLOEXEC = 1;
  private static final long FICLONE = 0x40049409L;
  private static final long COPY_BYTES = 8 << 20; // of a call, so that a signal waits not for long

  private static final CFunction OPENAT = CFunction.ofLibc("openat");
  private static final CFunction MEMFD_CREATE = CFunction.ofLibc("memfd_create");
  private static final CFunction PWRITE = CFunction.ofLibc("pwrite");
  private static final CFunction FTRUNCATE = CFunction.ofLibc("ftruncate");
  private static final CFunction FSYNC = CFunction.ofLibc("fsync");
  private static final CFunction LINKAT = CFunction.ofLibc("linkat");
  private static final CFunction UNLINKAT = CFunction.ofLibc("unlinkat");
  private static final CFunction MKDIRAT = CFunction.ofLibc("mkdirat");
  private static final CFunction FCHMOD = CFunction.ofLibc("fchmod");
  private static final CFunction FLOCK = CFunction.ofLibc("flock");
  private static final CFunction FSTATVFS = CFunction.ofLibc("fstatvfs");
  private static final CFunction IOCTL = CFunction.ofLibc("ioctl");
  private static final CFunction SENDFILE = CFunction.ofLibc("sendfile");
  private static final CFunction RENAMEAT2 = CFunction.ofLibc("renameat2");

  private FileWrites() {}

  /**
   * Creates a regular file without a name in a directory (open(2), O_TMPFILE), for writing. The
   * kernel removes it when it is closed before {@link #link}.
   *
   * @throws ErrnoException EOPNOTSUPP or EISDIR if the file system cannot do this
   */
  public static int createUnnamed(int directoryFd, int mode) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment here = arena.allocateFrom(".", StandardCharsets.US_ASCII);
      int flags = O_TMPFILE | O_WRONLY | O_CLOEXEC;
      return require("open", OPENAT.intOrErrno(directoryFd, here.address(), flags, mode));
    }
  }

  /**
   * Creates a file in memory, for reading and writing (memfd_create(2)). Its memory counts as the
   * process's and is freed when the last descriptor closes.
   *
   * @param label shown in /proc; at most 249 bytes, without NUL
   */
  public static int createInMemory(String label) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(label, StandardCharsets.US_ASCII).address();
      return require("memfd_create", MEMFD_CREATE.intOrErrno(text, MFD_CLOEXEC));
    }
  }

  /**
   * Creates a file for reading and writing; fails with EEXIST if the name exists (open(2), O_EXCL).
   */
  public static int create(int directoryFd, byte[] name, int mode) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
      long path = name(arena, name).address();
      return require("open", OPENAT.intOrErrno(directoryFd, path, flags, mode));
    }
  }

  /** Opens an existing file for reading and writing without following a symbolic link (open(2)). */
  public static int open(int directoryFd, byte[] name) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
      return require("open", OPENAT.intOrErrno(directoryFd, name(arena, name).address(), flags, 0));
    }
  }

  /** Writes all bytes at an offset (pwrite(2)). */
  public static void write(int fd, MemorySegment from, long length, long offset)
      throws ErrnoException {
    Objects.checkFromIndexSize(0, length, from.byteSize());
    try {
      long written = 0;
      while (written < length) {
        long n =
            PWRITE.longOrErrno(fd, from.address() + written, length - written, offset + written);
        if (n == 0) {
          throw new ErrnoException("pwrite", Errno.EIO); // not for a regular file
        }
        if (n != -Errno.EINTR) {
          written += requireLong("pwrite", n);
        }
      }
    } finally {
      Reference.reachabilityFence(from);
    }
  }

  /**
   * Copies the content of an open file to an empty one. The copy shares the blocks where the file
   * system can do that (ioctl_ficlonerange(2)); elsewhere the kernel copies them (sendfile(2)).
   *
   * @return the bytes that were copied, from the start to the end of the file at that time
   */
  public static long copy(int fromFd, int toFd) throws ErrnoException {
    if (IOCTL.intOrErrno(toFd, FICLONE, fromFd) == 0) {
      return FileCalls.stat(toFd).sizeBytes();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment offset = arena.allocate(JAVA_LONG);
      while (true) {
        long n = SENDFILE.longOrErrno(toFd, fromFd, offset.address(), COPY_BYTES);
        if (n == 0) {
          return offset.get(JAVA_LONG, 0);
        }
        if (n != -Errno.EINTR) {
          long _ = requireLong("sendfile", n);
        }
      }
    }
  }

  /** Sets a file's length (ftruncate(2)). */
  public static void truncate(int fd, long length) throws ErrnoException {
    int _ = require("ftruncate", FTRUNCATE.intOrErrno(fd, length));
  }

  /** Waits until a file's content, or a directory's entries, are on the disk (fsync(2)). */
  public static void sync(int fd) throws ErrnoException {
    int result;
    do {
      result = FSYNC.intOrErrno(fd);
    } while (result == -Errno.EINTR);
    int _ = require("fsync", result);
  }

  /** Gives an open file a name; fails with EEXIST if the name exists (linkat(2)). */
  public static void link(int fd, int directoryFd, byte[] name) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      long file = arena.allocateFrom("/proc/self/fd/" + fd, StandardCharsets.US_ASCII).address();
      long to = name(arena, name).address();
      int _ =
          require(
              "linkat",
              LINKAT.intOrErrno(
                  FileCalls.CURRENT_DIRECTORY, file, directoryFd, to, AT_SYMLINK_FOLLOW));
    }
  }

  /** Renames an entry, replacing another one atomically (renameat2(2)). */
  public static void rename(int fromFd, byte[] from, int toFd, byte[] to) throws ErrnoException {
    rename(fromFd, from, toFd, to, 0);
  }

  /**
   * Renames an entry; fails with EEXIST if the new name exists (renameat2(2), RENAME_NOREPLACE).
   */
  public static void renameNew(int fromFd, byte[] from, int toFd, byte[] to) throws ErrnoException {
    rename(fromFd, from, toFd, to, RENAME_NOREPLACE);
  }

  /** Exchanges two entries atomically; both must exist (renameat2(2), RENAME_EXCHANGE). */
  public static void exchange(int oneFd, byte[] one, int otherFd, byte[] other)
      throws ErrnoException {
    rename(oneFd, one, otherFd, other, RENAME_EXCHANGE);
  }

  private static void rename(int fromFd, byte[] from, int toFd, byte[] to, int flags)
      throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      long old = name(arena, from).address();
      long next = name(arena, to).address();
      int _ = require("renameat2", RENAMEAT2.intOrErrno(fromFd, old, toFd, next, flags));
    }
  }

  /** Removes an entry that is not a directory (unlinkat(2)). */
  public static void remove(int directoryFd, byte[] name) throws ErrnoException {
    unlink(directoryFd, name, 0);
  }

  /** Removes an empty directory (unlinkat(2), AT_REMOVEDIR). */
  public static void removeDirectory(int directoryFd, byte[] name) throws ErrnoException {
    unlink(directoryFd, name, AT_REMOVEDIR);
  }

  private static void unlink(int directoryFd, byte[] name, int flags) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      long path = name(arena, name).address();
      int _ = require("unlinkat", UNLINKAT.intOrErrno(directoryFd, path, flags));
    }
  }

  /** Creates a directory; fails with EEXIST if the name exists (mkdirat(2)). */
  public static void makeDirectory(int directoryFd, byte[] name, int mode) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      long path = name(arena, name).address();
      int _ = require("mkdirat", MKDIRAT.intOrErrno(directoryFd, path, mode));
    }
  }

  /** Sets the permissions, regardless of the process's umask (fchmod(2)). */
  public static void mode(int fd, int mode) throws ErrnoException {
    int _ = require("fchmod", FCHMOD.intOrErrno(fd, mode));
  }

  /**
   * Locks an open file against other open files of it (flock(2)).
   *
   * @return false if another one has the lock
   */
  public static boolean tryLock(int fd) throws ErrnoException {
    int result = FLOCK.intOrErrno(fd, LOCK_EX_NB);
    return result != -Errno.EAGAIN && require("flock", result) == 0;
  }

  /**
   * Unlocks a file that is about to be closed. Closing alone is not enough: a child that another
   * thread has forked holds the lock too, until it executes its program.
   */
  public static void unlock(int fd) {
    var _ = FLOCK.intOrErrno(fd, LOCK_UN);
  }

  /** The free bytes of the file system for processes that are not root's (fstatvfs(3)). */
  public static long freeBytes(int fd) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(112, 8); // struct statvfs of 64-bit Linux
      int _ = require("fstatvfs", FSTATVFS.intOrErrno(fd, status.address()));
      return Math.multiplyExact(status.get(JAVA_LONG, 32), status.get(JAVA_LONG, 8));
    }
  }

  private static MemorySegment name(Arena arena, byte[] name) {
    MemorySegment copy = arena.allocate(name.length + 1L);
    MemorySegment.copy(name, 0, copy, JAVA_BYTE, 0, name.length);
    return copy;
  }

  private static int require(String call, int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, -result);
    }
    return result;
  }

  private static long requireLong(String call, long result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, (int) -result);
    }
    return result;
  }
}
