package dev.millrace.io;

import java.util.OptionalLong;

/**
 * Counts bytes and forgets them.
 *
 * <p>Source: Zig {@code Writer.Discarding}.
 */
public final class DiscardingWriter extends Writer {
  private long drained;

  /** A counter in front of which {@code buffer} collects small writes. */
  public DiscardingWriter(byte[] buffer) {
    super(buffer);
  }

  /** Bytes written so far, buffered ones included. */
  public long count() {
    return drained + end;
  }

  /** Takes {@code array} for its buffer, emptied. */
  DiscardingWriter at(byte[] array) {
    buffer = array;
    end = 0;
    return this;
  }

  @Override
  protected long drain(Slices data, int splat) {
    long n = data.totalSplat(splat);
    drained += end + n;
    consumeAll();
    return n;
  }

  @Override
  public long sendFile(FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException {
    OptionalLong size = file.size();
    if (size.isEmpty()) {
      return UNIMPLEMENTED;
    }
    drained += end;
    consumeAll();
    if (!limit.nonzero()) {
      return 0;
    }
    long n = limit.min(size.getAsLong() - file.position());
    if (n <= 0) {
      throw new EndOfStreamException("the file has ended");
    }
    file.skip(n);
    drained += n;
    return n;
  }
}
