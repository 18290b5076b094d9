package dev.millrace.file;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * Probes, reads and sends (sendfile(2)) the resident pages of files without waiting for a disk. Any
 * thread.
 *
 * <p>sendfile(2) waits for missing pages, about ten milliseconds a call on a cold disk.
 * cachestat(2) counts pages whose read is still in progress, and mincore(2) reports wrong values to
 * processes that do not own the file. A one-byte read with RWF_NOWAIT is exact and takes a quarter
 * of a microsecond.
 */
public final class PageCache {
  /** Distance of the samples; the kernel reads ahead and evicts in longer runs than this. */
  private static final int STEP_BYTES = 64 << 10;

  private static final int RWF_NOWAIT = 8;

  private static final CFunction SENDFILE = CFunction.ofLibc("sendfile");
  private static final CFunction PREADV2 = CFunction.ofLibc("preadv2");

  /** Per thread: an iovec for one byte, that byte, an iovec for any buffer, and an offset. */
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
   * Counts the bytes from a position that are resident or beyond the file's end, by samples 64 KiB
   * apart. A range between two samples counts if both are resident.
   *
   * <p>A sample that is not resident makes the kernel read ahead from there. So the next probe of
   * the same sample may find it resident although the bytes after it are not.
   *
   * @param count maximum to count; at least 1
   * @return at most {@code count}; 0 if the first byte is not resident
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

  /**
   * Whether a byte can be read at once. If the file system cannot report it, it counts as resident.
   */
  private static boolean isResident(int fd, long position, Scratch scratch) {
    FileSimulation simulation = FileSimulation.Installed.current;
    if (simulation != null && simulation.isCold()) {
      return false;
    }
    long n = PREADV2.longOrErrno(fd, scratch.iovec.address(), 1, position, RWF_NOWAIT);
    return n >= 0 || n == -Errno.EOPNOTSUPP;
  }

  /**
   * Reads resident bytes (preadv2(2) with RWF_NOWAIT).
   *
   * @return bytes read, fewer if the rest is not resident, 0 at the file's end, or {@code -errno};
   *     {@code -EAGAIN} if the first byte is not resident, {@code -EOPNOTSUPP} if the file system
   *     does not support the flag
   */
  public static long read(int fd, MemorySegment into, long length, long position) {
    Objects.checkFromIndexSize(0, length, into.byteSize());
    Scratch scratch = SCRATCH.get();
    scratch.any.set(ADDRESS, 0, into);
    FileSimulation simulation = FileSimulation.Installed.current;
    if (simulation != null && simulation.isCold()) {
      return -Errno.EAGAIN;
    }
    scratch.any.set(JAVA_LONG, 8, simulation == null ? length : simulation.shorten(length));
    try {
      return PREADV2.longOrErrno(fd, scratch.any.address(), 1, position, RWF_NOWAIT);
    } finally {
      Reference.reachabilityFence(into);
    }
  }

  /**
   * Sends from a file to a non-blocking socket (sendfile(2)).
   *
   * @return bytes sent, 0 at the file's end, or {@code -errno}; {@code -EAGAIN} if the socket
   *     accepts no bytes now
   */
  public static long send(int socket, int fd, long position, long count) {
    Scratch scratch = SCRATCH.get();
    scratch.offset.set(JAVA_LONG, 0, position);
    FileSimulation simulation = FileSimulation.Installed.current;
    long bytes = simulation == null ? count : simulation.shorten(count);
    return SENDFILE.longOrErrno(socket, fd, scratch.offset.address(), bytes);
  }
}
