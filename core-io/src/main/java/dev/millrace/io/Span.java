package dev.millrace.io;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A range of a byte array, shared and not copied, like a Zig slice.
 *
 * <p>A span that a {@link Reader} or {@link Writer} returned is a view of that object's buffer. Its
 * bytes are valid until the next call on that object that may fill, drain or move the buffer.
 * Equality is by bytes.
 *
 * @param array that contains the bytes
 * @param offset index of the first byte
 * @param length number of bytes
 */
@SuppressWarnings("ArrayRecordComponent") // the array is shared on purpose; equality is by bytes
public record Span(byte[] array, int offset, int length) {
  public Span {
    Objects.checkFromIndexSize(offset, length, array.length);
  }

  public static Span of(byte[] array) {
    return new Span(array, 0, array.length);
  }

  /** Byte {@code index} as 0 to 255. */
  public int get(int index) {
    return array[offset + Objects.checkIndex(index, length)] & 0xff;
  }

  /** {@code count} bytes from {@code from}, shared. */
  public Span slice(int from, int count) {
    Objects.checkFromIndexSize(from, count, length);
    return new Span(array, offset + from, count);
  }

  /** Index of the first {@code value}, or -1. */
  public int indexOf(int value) {
    int found = Bytes.indexOf(array, offset, offset + length, (byte) value);
    return found < 0 ? -1 : found - offset;
  }

  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  public String toString(Charset charset) {
    return new String(array, offset, length, charset);
  }

  /** A buffer positioned at the bytes, shared. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(array, offset, length);
  }

  /** A segment of the bytes, shared. */
  public MemorySegment asSegment() {
    return MemorySegment.ofArray(array).asSlice(offset, length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Span(byte[] a, int o, int n)
        && Arrays.equals(array, offset, offset + length, a, o, o + n);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  /** The bytes as ISO-8859-1 text, so that every byte is visible. */
  @Override
  public String toString() {
    return toString(StandardCharsets.ISO_8859_1);
  }
}
