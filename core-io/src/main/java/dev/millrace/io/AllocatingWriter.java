package dev.millrace.io;

import java.util.Arrays;

/**
 * Keeps everything written, growing its buffer to the next power of two (eight bytes at least).
 * Never drains, so {@link #flush} does nothing and every byte can still be undone.
 *
 * <p>Source: Zig {@code Writer.Allocating}.
 */
public final class AllocatingWriter extends Writer {
  private static final int MIN_CAPACITY_BYTES = 8;
  // Some virtual machines cannot make the very longest arrays.
  private static final int MAX_CAPACITY_BYTES = Integer.MAX_VALUE - 8;

  private final int maxBytes;

  /** An empty one, bounded only by the longest array. */
  public AllocatingWriter() {
    this(0, Limit.UNLIMITED);
  }

  /**
   * An empty one.
   *
   * @param capacityBytes room to begin with
   * @param limit most bytes it may hold; a write beyond fails and keeps what was there
   */
  public AllocatingWriter(int capacityBytes, Limit limit) {
    super(capacityBytes == 0 ? Bytes.NONE : new byte[limit.minInt(capacityBytes)]);
    this.maxBytes = limit.minInt(MAX_CAPACITY_BYTES);
  }

  /** Everything written so far, shared until the next write. */
  public Span written() {
    return buffered();
  }

  /** A copy of everything written so far. */
  public byte[] toByteArray() {
    return Arrays.copyOf(buffer, end);
  }

  /** Forgets everything but keeps the room. */
  public void clearRetainingCapacity() {
    end = 0;
  }

  /** Forgets all but the first {@code length} bytes, of which there must be as many. */
  public void shrinkRetainingCapacity(int length) {
    undo(end - length);
  }

  /** Bytes the buffer can hold now. */
  public int capacity() {
    return buffer.length;
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    grow(data.totalSplat(splat));
    return bufferFitting(data, splat);
  }

  @Override
  public long sendFile(FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    if (!limit.nonzero()) {
      return 0;
    }
    if (file.size().isPresent()) {
      long left = limit.min(file.size().getAsLong() - file.position());
      if (left > unusedCapacity()) {
        grow(left);
      }
    }
    return SendFile.reading(this, file, limit);
  }

  @Override
  public void flush() {
    // The buffer is the destination.
  }

  @Override
  protected void rebaseSlow(int preserve, int capacity) throws WriteFailedException {
    grow(capacity);
  }

  private void grow(long additional) throws WriteFailedException {
    long needed = end + additional;
    if (needed > maxBytes) {
      throw new WriteFailedException(
          "%d bytes are more than the %d this writer may hold".formatted(needed, maxBytes));
    }
    if (needed > buffer.length) {
      long powerOfTwo = Long.highestOneBit(Math.max(needed, MIN_CAPACITY_BYTES) * 2 - 1);
      try {
        buffer = Arrays.copyOf(buffer, (int) Math.min(powerOfTwo, maxBytes));
      } catch (OutOfMemoryError error) {
        throw new WriteFailedException("no memory for " + needed + " bytes", error);
      }
    }
  }
}
