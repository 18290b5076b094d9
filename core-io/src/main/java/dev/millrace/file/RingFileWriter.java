package dev.millrace.file;

import dev.millrace.io.Slices;
import dev.millrace.io.WriteFailedException;
import dev.millrace.io.Writer;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;

/**
 * Writes a file through a ring, from a thread that waits: a platform thread sleeps, a virtual
 * thread parks. Bytes gather in native memory and are written when it is full, and by {@link
 * #flush}. One thread at a time.
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
   */
  public RingFileWriter(RingCaller caller, int fd, MemorySegment staging) {
    super(NO_BUFFER);
    this.caller = caller;
    this.fd = fd;
    this.staging = staging;
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

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    long taken = 0;
    int last = data.count() - 1;
    for (int i = 0; i < last + splat; i++) {
      int slice = Math.min(i, last);
      int length = data.length(slice);
      for (int done = 0; done < length; ) {
        done += write(data.segment(slice), done, length - done);
      }
      taken += length;
    }
    return taken;
  }

  @Override
  public void flush() throws WriteFailedException {
    for (long done = 0; done < gathered; ) {
      int n = caller.write(fd, staging.asSlice(done, gathered - done), position);
      if (n <= 0) {
        throw new WriteFailedException(
            "writing at " + position + " failed", new ErrnoException("write", -n));
      }
      done += n;
      position += n;
    }
    gathered = 0;
  }
}
