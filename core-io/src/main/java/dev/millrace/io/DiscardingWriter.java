package dev.millrace.io;

import java.util.OptionalLong;

/**
 * Counts bytes and discards them.
 *
 * <p>Source: Zig {@code Writer.Discarding}.
 */
public final class DiscardingWriter extends Writer {
  private long drained;

  /** Creates a counter; {@code buffer} collects small writes. */
  public DiscardingWriter(byte[] buffer) {
    super(buffer);
  }

  /** Bytes written so far, including buffered ones. */
  public long count() {
    return drained + end;
  }

  /** Makes {@code array} the buffer, empty. */
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
