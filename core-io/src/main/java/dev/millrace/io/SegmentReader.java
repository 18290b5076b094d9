package dev.millrace.io;

import java.lang.foreign.MemorySegment;

/** Reads a segment. A sink or target that accepts native memory receives the bytes by one copy. */
final class SegmentReader extends Reader {
  private final MemorySegment source;
  private long position;

  SegmentReader(MemorySegment source, byte[] buffer) {
    super(buffer);
    this.source = source;
  }

  @Override
  protected long streamSlow(Writer w, Limit limit)
      throws EndOfStreamException, WriteFailedException {
    int n = w.write(source, position, available(limit));
    w.refused = n == 0;
    position += n;
    return n;
  }

  @Override
  protected long discardSlow(Limit limit) throws EndOfStreamException {
    int n = available(limit);
    position += n;
    return n;
  }

  /** Copies into the first slice, heap or native, if it is at least as large as the buffer. */
  @Override
  protected long readVecSlow(Slices data) throws EndOfStreamException, ReadFailedException {
    if (data.length(0) < buffer.length || data.length(0) == 0) {
      return super.readVecSlow(data);
    }
    int n = available(Limit.limited(data.length(0)));
    data.copyFrom(0, 0, source, position, n);
    position += n;
    return n;
  }

  private int available(Limit limit) throws EndOfStreamException {
    long left = source.byteSize() - position;
    if (left == 0) {
      throw new EndOfStreamException("no more bytes in the segment");
    }
    return (int) Math.min(limit.min(left), Integer.MAX_VALUE);
  }
}
