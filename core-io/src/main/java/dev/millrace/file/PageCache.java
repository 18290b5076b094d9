package dev.millrace.file;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.CFunction;
import dev.millrace.sync.ffi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * Sending and reading from the page cache without waiting for a disk: what of a file is in memory,
 * and sendfile(2) for that.
 *
 * <p>sendfile(2) waits for pages that are not there, some ten milliseconds a call from a cold disk.
 * cachestat(2) counts pages that are still being read, and mincore(2) lies to those who do not own
 * the file; reading one byte with RWF_NOWAIT is exact and takes a quarter of a microsecond.
 */
public final class PageCache {
  /** How far apart the samples are: the kernel reads ahead, and drops, longer runs than this. */
  private static final int STEP_BYTES = 64 << 10;

  private static final int RWF_NOWAIT = 8;

  private static final CFunction SENDFILE = CFunction.ofLibc("sendfile");
  private static final CFunction PREADV2 = CFunction.ofLibc("preadv2");

  /** Each thread's {@code struct iovec} for one byte, that byte, one for any, and an offset. */
  private static final class Scratch {
    private final MemorySegment iovec = Arena.ofAuto().allocate(16, 8);
    private final MemorySegment target = Arena.ofAuto().allocate(1);
    private final MemorySegment any = Arena.ofAuto().allocate(16, 8);
    private final MemorySegment offset = Arena.ofAuto().allocate(JAVA_LONG);

    Scratch() {
      iovec.set(ADDRESS, 0, target);
      iovec.set(JAVA_LONG, 8, 1);
    }
  }

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private PageCache() {}

  /**
   * Counts the bytes from a position on that are in memory, or beyond the file's end, by samples 64
   * KiB apart: a stretch counts if the samples at both of its ends are in memory.
   *
   * <p>A sample that is not in memory makes the kernel read ahead from there, so that the next
   * probe of the same sample may find it in memory while the bytes behind it are not.
   *
   * @param count where to stop; at least 1
   * @return at most {@code count}; 0 if the first byte is not in memory
   */
  public static long residentBytes(int fd, long position, long count) {
    Scratch scratch = SCRATCH.get();
    long last = position + count - 1;
    long at = position;
    if (!isResident(fd, at, scratch)) {
      return 0;
    }
    while (at < last) {
      long next = Math.min(last, (at / STEP_BYTES + 1) * STEP_BYTES);
      if (!isResident(fd, next, scratch)) {
        return at - position;
      }
      at = next;
    }
    return count;
  }

  /** Whether a byte can be read at once; a file system that cannot say has it counted as there. */
  private static boolean isResident(int fd, long position, Scratch scratch) {
    long n = PREADV2.longOrErrno(fd, scratch.iovec.address(), 1, position, RWF_NOWAIT);
    return n >= 0 || n == -Errno.EOPNOTSUPP;
  }

  /**
   * Reads what is in memory (preadv2(2) with RWF_NOWAIT).
   *
   * @return bytes read, fewer if the rest is not in memory, 0 at the file's end, or {@code -errno};
   *     {@code -EAGAIN} if the first is not in memory, {@code -EOPNOTSUPP} if that cannot be told
   */
  public static long read(int fd, MemorySegment into, long length, long position) {
    Objects.checkFromIndexSize(0, length, into.byteSize());
    Scratch scratch = SCRATCH.get();
    scratch.any.set(ADDRESS, 0, into);
    scratch.any.set(JAVA_LONG, 8, length);
    try {
      return PREADV2.longOrErrno(fd, scratch.any.address(), 1, position, RWF_NOWAIT);
    } finally {
      Reference.reachabilityFence(into);
    }
  }

  /**
   * Sends from a file to a socket that does not block (sendfile(2)).
   *
   * @return bytes taken, 0 at the file's end, or {@code -errno}; {@code -EAGAIN} if the socket
   *     takes nothing now
   */
  public static long send(int socket, int fd, long position, long count) {
    Scratch scratch = SCRATCH.get();
    scratch.offset.set(JAVA_LONG, 0, position);
    return SENDFILE.longOrErrno(socket, fd, scratch.offset.address(), count);
  }
}
