package dev.millrace.blocking;

import dev.millrace.io.Slices;
import dev.millrace.io.WriteFailedException;
import dev.millrace.io.Writer;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;

/**
 * Writes a file through a ring with blocking calls: a platform thread sleeps, a virtual thread
 * parks. Bytes are staged in native memory and written when it is full and by {@link #flush}. One
 * thread at a time.
 *
 * <p>After a failed write the staging memory contains exactly the unwritten bytes, and the position
 * follows the written ones. The next write or flush continues from there.
 */
public final class RingFileWriter extends Writer {
  private static final byte[] NO_BUFFER = {};

  private final RingCaller caller;
  private final int fd;
  private final MemorySegment staging;
  private long position;
  private long gathered;

  /**
   * @param fd open for writing; not closed by this writer
   * @param staging native memory for one write, used by this writer only
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

  /**
   * Accepts only bytes that fit the staging memory, so no write can fail after bytes were accepted.
   */
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
        ? new WriteFailedException(what + ": no bytes written")
        : new WriteFailedException(what + " failed", new ErrnoException("write", -result));
  }
}
