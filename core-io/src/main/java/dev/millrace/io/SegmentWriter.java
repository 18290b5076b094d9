package dev.millrace.io;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Writes to a range of a heap or native segment and fails when it is full; of a write that does not
 * fit, the first bytes are kept. Has no buffer, so every byte is copied once.
 *
 * <p>Source: Zig {@code Writer.fixed}, for memory that is not a Java array.
 */
public final class SegmentWriter extends Writer {
  private final MemorySegment target;
  private final long stop;
  private long position;

  /** Creates a writer that fills all of {@code target}. */
  public SegmentWriter(MemorySegment target) {
    this(target, 0, target.byteSize());
  }

  /** Creates a writer that fills {@code length} bytes of {@code target} from {@code offset}. */
  public SegmentWriter(MemorySegment target, long offset, long length) {
    super(Bytes.NONE);
    this.target = target;
    this.position = Objects.checkFromIndexSize(offset, length, target.byteSize());
    this.stop = offset + length;
  }

  /** Offset in the segment of the next byte to be written. */
  public long position() {
    return position;
  }

  @Override
  public int write(MemorySegment source, long offset, int length) throws WriteFailedException {
    int n = (int) Math.min(length, stop - position);
    MemorySegment.copy(source, offset, target, position, n);
    position += n;
    if (n == 0 && length > 0) {
      throw full();
    }
    return n;
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    long start = position;
    int last = data.count() - 1;
    for (int i = 0; i < last + splat && position < stop; i++) {
      int slice = Math.min(i, last);
      int n = (int) Math.min(data.length(slice), stop - position);
      data.copyTo(slice, 0, target, position, n);
      position += n;
    }
    if (position == start && data.totalSplat(splat) > 0) {
      throw full();
    }
    return position - start;
  }

  @Override
  protected void rebaseSlow(int preserve, int capacity) throws WriteFailedException {
    throw new WriteFailedException("a segment writer has no buffer");
  }

  private WriteFailedException full() {
    return new WriteFailedException("the segment is full at byte " + stop);
  }
}
