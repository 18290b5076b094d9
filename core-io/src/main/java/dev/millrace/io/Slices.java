package dev.millrace.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A short list of byte ranges, heap or native, for gather and scatter calls: Zig's {@code []const
 * []const u8} and the kernel's {@code iovec[]}.
 *
 * <p>Mutable and reusable: {@link #clear}, then add again. Ranges are shared, not copied; offsets
 * are absolute within their array or segment. One thread at a time. A callee must not keep or
 * change it.
 */
public final class Slices {
  /** One slice of no bytes, for hooks called without data. Immutable. */
  static final Slices EMPTY = new Slices(0).addRange(Bytes.NONE, 0, 0);

  private Object[] bases; // byte[] or MemorySegment
  private long[] offsets;
  private int[] lengths;
  private int count;

  /** Creates an empty list with room for {@code capacity} slices; it grows if necessary. */
  public Slices(int capacity) {
    bases = new Object[Math.max(capacity, 1)];
    Arrays.fill(bases, Bytes.NONE);
    offsets = new long[bases.length];
    lengths = new int[bases.length];
  }

  /** Creates a list of whole arrays. */
  public static Slices of(byte[]... arrays) {
    Slices slices = new Slices(arrays.length);
    for (byte[] array : arrays) {
      slices.add(array, 0, array.length);
    }
    return slices;
  }

  /** Appends {@code length} bytes of {@code array} from {@code offset}. */
  public Slices add(byte[] array, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, array.length);
    return addRange(array, offset, length);
  }

  public Slices add(Span span) {
    return addRange(span.array(), span.offset(), span.length());
  }

  /** Appends {@code length} bytes of {@code segment} from {@code offset}. */
  public Slices add(MemorySegment segment, long offset, int length) {
    Objects.checkFromIndexSize(offset, length, segment.byteSize());
    return addRange(segment, offset, length);
  }

  /** Appends the remaining bytes of {@code buffer}; its position does not change. */
  public Slices add(ByteBuffer buffer) {
    if (buffer.hasArray()) {
      int offset = buffer.arrayOffset() + buffer.position();
      return addRange(buffer.array(), offset, buffer.remaining());
    }
    return addRange(MemorySegment.ofBuffer(buffer), 0, buffer.remaining());
  }

  private Slices addRange(Object base, long offset, int length) {
    if (this == EMPTY) {
      throw new UnsupportedOperationException("the shared empty list is immutable");
    }
    if (count == bases.length) {
      bases = Arrays.copyOf(bases, count * 2);
      Arrays.fill(bases, count, bases.length, Bytes.NONE);
      offsets = Arrays.copyOf(offsets, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    bases[count] = base;
    offsets[count] = offset;
    lengths[count] = length;
    count++;
    return this;
  }

  /** Removes all slices and the references to their memory. */
  public void clear() {
    Arrays.fill(bases, 0, count, Bytes.NONE);
    count = 0;
  }

  /** Number of slices. */
  public int count() {
    return count;
  }

  /** Length in bytes of slice {@code i}. */
  public int length(int i) {
    return lengths[Objects.checkIndex(i, count)];
  }

  /** Sum of all lengths in bytes. */
  public long total() {
    return totalSplat(1);
  }

  /** Sum of all lengths in bytes, with the last slice counted {@code splat} times. */
  public long totalSplat(int splat) {
    if (splat < 0) {
      throw new IllegalArgumentException("splat must not be negative: " + splat);
    }
    long total = 0;
    for (int i = 0; i < count - 1; i++) {
      total += lengths[i];
    }
    return count == 0 ? 0 : total + (long) lengths[count - 1] * splat;
  }

  /** Whether slice {@code i} is a range of a byte array, see {@link #span}. */
  public boolean isHeap(int i) {
    return bases[Objects.checkIndex(i, count)] instanceof byte[];
  }

  /**
   * Slice {@code i} as a range of its array.
   *
   * @throws IllegalStateException if the slice is a segment
   */
  public Span span(int i) {
    if (bases[Objects.checkIndex(i, count)] instanceof byte[] array) {
      return new Span(array, (int) offsets[i], lengths[i]);
    }
    throw new IllegalStateException("slice " + i + " is not a byte array");
  }

  /** Slice {@code i} as a segment, heap or native. */
  public MemorySegment segment(int i) {
    Object base = bases[Objects.checkIndex(i, count)];
    MemorySegment whole =
        base instanceof byte[] array ? MemorySegment.ofArray(array) : (MemorySegment) base;
    return whole.asSlice(offsets[i], lengths[i]);
  }

  /** Copies {@code n} bytes of slice {@code i}, starting at its byte {@code from}, to an array. */
  public void copyTo(int i, int from, byte[] target, int targetOffset, int n) {
    Objects.checkFromIndexSize(from, n, length(i));
    if (bases[i] instanceof byte[] array) {
      System.arraycopy(array, (int) offsets[i] + from, target, targetOffset, n);
    } else {
      MemorySegment.copy(
          (MemorySegment) bases[i],
          ValueLayout.JAVA_BYTE,
          offsets[i] + from,
          target,
          targetOffset,
          n);
    }
  }

  /** Copies {@code n} bytes of slice {@code i}, starting at its byte {@code from}, to a segment. */
  public void copyTo(int i, int from, MemorySegment target, long targetOffset, int n) {
    Objects.checkFromIndexSize(from, n, length(i));
    if (bases[i] instanceof byte[] array) {
      MemorySegment.copy(
          array, (int) offsets[i] + from, target, ValueLayout.JAVA_BYTE, targetOffset, n);
    } else {
      MemorySegment.copy((MemorySegment) bases[i], offsets[i] + from, target, targetOffset, n);
    }
  }

  /** Copies {@code n} bytes of an array to slice {@code i}, starting at its byte {@code to}. */
  public void copyFrom(int i, int to, byte[] source, int sourceOffset, int n) {
    Objects.checkFromIndexSize(to, n, length(i));
    if (bases[i] instanceof byte[] array) {
      System.arraycopy(source, sourceOffset, array, (int) offsets[i] + to, n);
    } else {
      MemorySegment.copy(
          source,
          sourceOffset,
          (MemorySegment) bases[i],
          ValueLayout.JAVA_BYTE,
          offsets[i] + to,
          n);
    }
  }

  /** Copies {@code n} bytes of a segment to slice {@code i}, starting at its byte {@code to}. */
  public void copyFrom(int i, int to, MemorySegment source, long sourceOffset, int n) {
    Objects.checkFromIndexSize(to, n, length(i));
    if (bases[i] instanceof byte[] array) {
      MemorySegment.copy(
          source, ValueLayout.JAVA_BYTE, sourceOffset, array, (int) offsets[i] + to, n);
    } else {
      MemorySegment.copy(source, sourceOffset, (MemorySegment) bases[i], offsets[i] + to, n);
    }
  }

  /**
   * Assigns the rest of {@code all} after its first {@code done} bytes; the last slice of {@code
   * all} counts {@code splat} times.
   *
   * @return how many times the last slice of this list counts
   */
  int assignRest(Slices all, int splat, long done) {
    clear();
    long skip = done;
    int last = all.count - 1;
    for (int i = 0; i < last; i++) {
      if (skip >= all.lengths[i]) {
        skip -= all.lengths[i];
      } else {
        addRange(all.bases[i], all.offsets[i] + skip, all.lengths[i] - (int) skip);
        skip = 0;
      }
    }
    int pattern = all.lengths[last];
    int times = pattern == 0 ? 0 : splat - (int) (skip / pattern);
    int cut = pattern == 0 ? 0 : (int) (skip % pattern);
    if (times > 0 && cut > 0) {
      addRange(all.bases[last], all.offsets[last] + cut, pattern - cut);
      times--;
      if (times == 0) {
        return 1;
      }
    }
    addRange(all.bases[last], all.offsets[last], times == 0 ? 0 : pattern);
    return times == 0 ? 1 : times;
  }
}
