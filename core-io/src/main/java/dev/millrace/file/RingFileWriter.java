package dev.millrace.file;

import dev.millrace.io.Slices;
import dev.millrace.io.WriteFailedException;
import dev.millrace.io.Writer;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;

/**
 * Writes a file through a ring, from a thread that waits: a platform thread sleeps, a virtual
 * thread parks. Bytes gather in native memory and are written when it is full, and by {@link
 * #flush}. One thread at a time.
 *
 * <p>After a failed write the staging memory holds exactly the bytes that the file has not taken,
 * and the position is behind those that it has: the next write or flush goes on from there.
 */
public final class RingFileWriter extends Writer {
  private static final byte[] NO_BUFFER = {};

  private final RingCaller caller;
  private final int fd;
  private final MemorySegment staging;
  private long position;
  private long gathered;

  /**
   * @param fd open for writing; not closed by this
   * @param staging native memory for one write, this writer's alone
   * @throws IllegalArgumentException if {@code staging} is empty or on the heap
   */
  public RingFileWriter(RingCaller caller, int fd, MemorySegment staging) {
    super(NO_BUFFER);
    this.caller = caller;
    this.fd = fd;
    this.staging = Staging.check(staging);
  }

  @Override
  public int write(MemorySegment source, long offset, int length) throws WriteFailedException {
    if (gathered == staging.byteSize()) {
      flush();
    }
    int n = (int) Math.min(length, staging.byteSize() - gathered);
    MemorySegment.copy(source, offset, staging, gathered, n);
    gathered += n;
    return n;
  }

  /** Takes what the staging memory has room for: no write can fail behind bytes taken. */
  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    if (gathered == staging.byteSize()) {
      flush();
    }
    long taken = 0;
    int last = data.count() - 1;
    for (int i = 0; i < last + splat; i++) {
      int slice = Math.min(i, last);
      int length = data.length(slice);
      int n = (int) Math.min(length, staging.byteSize() - gathered);
      MemorySegment.copy(data.segment(slice), 0, staging, gathered, n);
      gathered += n;
      taken += n;
      if (n < length) {
        break;
      }
    }
    return taken;
  }

  @Override
  public void flush() throws WriteFailedException {
    long done = 0;
    try {
      while (done < gathered) {
        int n = caller.write(fd, staging.asSlice(done, gathered - done), position);
        if (n <= 0) {
          throw failed(n);
        }
        done += n;
        position += n;
      }
    } catch (LoopClosedException closed) {
      throw new WriteFailedException("writing at " + position + " failed", closed);
    } finally {
      gathered -= done;
      MemorySegment.copy(staging, done, staging, 0, gathered);
    }
  }

  private WriteFailedException failed(int result) {
    String what = "writing at " + position;
    return result == 0
        ? new WriteFailedException(what + ": the file takes nothing now")
        : new WriteFailedException(what + " failed", new ErrnoException("write", -result));
  }
}
