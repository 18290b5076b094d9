package dev.millrace.file;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Sending from the page cache without waiting for a disk: what of a file is in memory, and
 * sendfile(2) for that.
 *
 * <p>sendfile(2) waits for pages that are not there, some ten milliseconds a call from a cold disk.
 * cachestat(2) counts pages that are still being read, and mincore(2) lies to those who do not own
 * the file; reading one byte with RWF_NOWAIT is exact and takes a quarter of a microsecond.
 */
public final class PageCache {
  /** How far apart bytes are tried: pages are read ahead, and dropped, in larger runs than this. */
  private static final int STEP_BYTES = 64 << 10;

  private static final int RWF_NOWAIT = 8;

  private static final MethodHandle SENDFILE =
      Native.withErrno(
          Native.libc(),
          "sendfile",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle PREADV2 =
      Native.withErrno(
          Native.libc(),
          "preadv2",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT));

  /** Each thread's {@code struct iovec} for one byte, that byte, and an offset. */
  private static final class Scratch {
    private final MemorySegment iovec = Arena.ofAuto().allocate(16, 8);
    private final MemorySegment target = Arena.ofAuto().allocate(1);
    private final MemorySegment offset = Arena.ofAuto().allocate(JAVA_LONG);

    Scratch() {
      iovec.set(ADDRESS, 0, target);
      iovec.set(JAVA_LONG, 8, 1);
    }
  }

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private PageCache() {}

  /**
   * How many bytes from a position on are in memory, or beyond the file's end.
   *
   * @param count where to stop looking
   * @return at most {@code count}, in steps of 64 KiB; 0 if the first is not
   */
  public static long residentBytes(int fd, long position, long count) {
    Scratch scratch = SCRATCH.get();
    long end = position + count;
    for (long at = position; at < end; at = (at / STEP_BYTES + 1) * STEP_BYTES) {
      if (!isResident(fd, at, scratch)) {
        return at - position;
      }
    }
    return isResident(fd, end - 1, scratch)
        ? count
        : (end - 1) / STEP_BYTES * STEP_BYTES - position;
  }

  /** Whether a byte can be read at once; a file system that cannot say has it counted as there. */
  private static boolean isResident(int fd, long position, Scratch scratch) {
    MemorySegment errno = Native.errnoState();
    try {
      long n = (long) PREADV2.invokeExact(errno, fd, scratch.iovec, 1, position, RWF_NOWAIT);
      return n >= 0 || Native.errno(errno) == EOPNOTSUPP;
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  private static final int EOPNOTSUPP = 95;

  /**
   * Sends from a file to a socket that does not block (sendfile(2)).
   *
   * @return bytes taken, 0 at the file's end, or {@code -errno}; {@code -EAGAIN} if the socket
   *     takes nothing now
   */
  public static long send(int socket, int fd, long position, long count) {
    Scratch scratch = SCRATCH.get();
    MemorySegment errno = Native.errnoState();
    scratch.offset.set(JAVA_LONG, 0, position);
    try {
      long n = (long) SENDFILE.invokeExact(errno, socket, fd, scratch.offset, count);
      return n < 0 ? -Native.errno(errno) : n;
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }
}
