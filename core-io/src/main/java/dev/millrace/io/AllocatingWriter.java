package dev.millrace.io;

import java.util.Arrays;

/**
 * Collects everything written in memory. The buffer grows to the next power of two, at least eight
 * bytes. Never drains, so {@link #flush} does nothing and every byte can be undone.
 *
 * <p>Source: Zig {@code Writer.Allocating}.
 */
public final class AllocatingWriter extends Writer {
  private static final int MIN_CAPACITY_BYTES = 8;
  // Some virtual machines cannot create the longest arrays.
  private static final int MAX_CAPACITY_BYTES = Integer.MAX_VALUE - 8;

  private final int maxBytes;

  /** Creates an empty writer, limited only by the maximum length of an array. */
  public AllocatingWriter() {
    this(0, Limit.UNLIMITED);
  }

  /**
   * Creates an empty writer.
   *
   * @param capacityBytes initial capacity
   * @param limit maximum of bytes held; a write beyond it fails and changes nothing
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

  /** Discards everything but keeps the capacity. */
  public void clearRetainingCapacity() {
    end = 0;
  }

  /** Discards all but the first {@code length} bytes; at least as many must have been written. */
  public void shrinkRetainingCapacity(int length) {
    undo(end - length);
  }

  /** The current capacity of the buffer in bytes. */
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
          "%d bytes exceed this writer's limit of %d".formatted(needed, maxBytes));
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
