package dev.millrace.blocking;

import dev.millrace.io.EndOfStreamException;
import dev.millrace.io.Limit;
import dev.millrace.io.ReadFailedException;
import dev.millrace.io.Reader;
import dev.millrace.io.WriteFailedException;
import dev.millrace.io.Writer;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;

/**
 * Reads a file through a ring with blocking calls: a platform thread sleeps, a virtual thread
 * parks. The ring reads into native memory, from which the bytes are copied once to their
 * destination. One thread at a time.
 */
public final class RingFileReader extends Reader {
  private final RingCaller caller;
  private final int fd;
  private final MemorySegment staging;
  private long position;
  private long start;
  private long stop;

  /**
   * @param fd open for reading; not closed by this reader
   * @param staging native memory for one read, used by this reader only
   * @param buffer for peeking; may be empty
   * @throws IllegalArgumentException if {@code staging} is empty or on the heap
   */
  public RingFileReader(RingCaller caller, int fd, MemorySegment staging, byte[] buffer) {
    super(buffer);
    this.caller = caller;
    this.fd = fd;
    this.staging = Staging.check(staging);
  }

  @Override
  protected long streamSlow(Writer sink, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    if (start == stop) {
      readNext();
    }
    int wanted = (int) Math.min(stop - start, limit.bytes());
    int taken = sink.write(staging, start, wanted);
    start += taken;
    return taken;
  }

  private void readNext() throws EndOfStreamException, ReadFailedException {
    int n;
    try {
      n = caller.read(fd, staging, position);
    } catch (LoopClosedException closed) {
      throw new ReadFailedException("reading at " + position + " failed", closed);
    }
    if (n < 0) {
      throw new ReadFailedException(
          "reading at " + position + " failed", new ErrnoException("read", -n));
    }
    if (n == 0) {
      throw new EndOfStreamException("the file ends at " + position);
    }
    position += n;
    start = 0;
    stop = n;
  }
}
