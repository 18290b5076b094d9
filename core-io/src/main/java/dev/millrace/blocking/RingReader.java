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

/** Reads into native memory, from which the bytes are copied once to their destination. */
abstract class RingReader extends Reader {
  /** The bytes that were read last. */
  MemorySegment staging = MemorySegment.NULL;

  private long start;
  private long stop;

  RingReader(byte[] buffer) {
    super(buffer);
  }

  /**
   * Reads once, into {@link #staging}, which may be replaced: all its bytes are taken.
   *
   * @return bytes read, 0 at the end, or {@code -errno}
   */
  abstract int readMore() throws ReadFailedException;

  /** What is read, for messages: as in "reading at 7". */
  abstract String what();

  @Override
  protected final long streamSlow(Writer sink, Limit limit)
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
      n = readMore();
    } catch (LoopClosedException closed) {
      throw new ReadFailedException(what() + " failed", closed);
    }
    if (n < 0) {
      throw new ReadFailedException(what() + " failed", new ErrnoException("read", -n));
    }
    if (n == 0) {
      throw new EndOfStreamException(what() + ": the end");
    }
    start = 0;
    stop = n;
  }
}
