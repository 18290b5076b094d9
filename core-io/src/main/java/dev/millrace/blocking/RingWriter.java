package dev.millrace.blocking;

import dev.millrace.io.Slices;
import dev.millrace.io.WriteFailedException;
import dev.millrace.io.Writer;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Gathers bytes in native memory, which is written when it is full and by {@link #flush}. After a
 * failed write it contains exactly the unwritten bytes; the next write or flush continues there.
 */
abstract class RingWriter extends Writer {
  private final MemorySegment staging;
  private long gathered;

  RingWriter(MemorySegment staging, byte[] buffer) {
    super(buffer);
    this.staging = Staging.check(staging);
  }

  /** Writes once; returns bytes written, or {@code -errno}. */
  abstract int writeFrom(MemorySegment memory) throws WriteFailedException;

  /** What is written, for messages: as in "writing at 7". */
  abstract String what();

  @Override
  public final int write(MemorySegment source, long offset, int length)
      throws WriteFailedException {
    gatherBuffer();
    if (gathered == staging.byteSize()) {
      writeGathered();
    }
    int n = (int) Math.min(length, staging.byteSize() - gathered);
    MemorySegment.copy(source, offset, staging, gathered, n);
    gathered += n;
    return n;
  }

  /** Accepts only bytes that fit the native memory, so no write can fail after it accepted some. */
  @Override
  protected final long drain(Slices data, int splat) throws WriteFailedException {
    gatherBuffer();
    if (gathered == staging.byteSize()) {
      writeGathered();
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
  public final void flush() throws WriteFailedException {
    gatherBuffer();
    writeGathered();
  }

  private void gatherBuffer() throws WriteFailedException {
    while (end > 0) {
      if (gathered == staging.byteSize()) {
        writeGathered();
      }
      int n = (int) Math.min(end, staging.byteSize() - gathered);
      MemorySegment.copy(buffer, 0, staging, ValueLayout.JAVA_BYTE, gathered, n);
      gathered += n;
      var _ = consume(n);
    }
  }

  private void writeGathered() throws WriteFailedException {
    long done = 0;
    try {
      while (done < gathered) {
        int n = writeFrom(staging.asSlice(done, gathered - done));
        if (n <= 0) {
          throw failed(n);
        }
        done += n;
      }
    } catch (LoopClosedException closed) {
      throw new WriteFailedException(what() + " failed", closed);
    } finally {
      gathered -= done;
      MemorySegment.copy(staging, done, staging, 0, gathered);
    }
  }

  private WriteFailedException failed(int result) {
    return result == 0
        ? new WriteFailedException(what() + ": no bytes written")
        : new WriteFailedException(what() + " failed", new ErrnoException("write", -result));
  }
}
