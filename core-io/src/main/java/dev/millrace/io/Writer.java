package dev.millrace.io;

import java.io.OutputStream;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A sink of bytes with a buffer in front. Writing is an array store and an increment; the hooks of
 * the concrete sink are called only when the buffer is full.
 *
 * <p>{@code buffer[0..end)} holds the bytes that were written and not yet drained. Bytes are
 * guaranteed to reach the sink only by {@link #flush}. A buffer of length zero is legal and makes
 * the writer unbuffered.
 *
 * <p>A sink may accept fewer bytes than offered, or none; this means <em>not now</em> and is not an
 * end. {@code write} methods then return a short count. Methods that must write all their bytes
 * ({@code writeAll}, {@code writeByte}, {@code flush}, every {@code print}) do not spin on such a
 * sink: they throw {@link WriteFailedException}, and bytes accepted before stay accepted.
 *
 * <p>A method that returns a count and throws instead has accepted none of its argument: a sink
 * that fails after accepting some bytes returns their number, and fails at the next call. So a
 * failed {@code write} may be repeated with the same bytes, and so may a failed {@code flush},
 * without losing or duplicating a byte. A method without a count does not report how many bytes it
 * wrote before it failed.
 *
 * <p>Lengths and offsets are in bytes. Invalid ones throw {@link IndexOutOfBoundsException}; a
 * request for more room than the buffer can have throws {@link IllegalArgumentException}. Neither
 * changes anything. One thread at a time. Methods that format text and numbers are named {@code
 * print}.
 *
 * <p>This file is long on purpose: it has all methods for writing, most of them one line that
 * delegates, so that readers of user code have one place to look.
 *
 * <p>Source: Zig {@code std/Io/Writer.zig}.
 */
public abstract class Writer {
  /** The result of {@link #sendFile} if the caller must read the file and write its bytes. */
  public static final long UNIMPLEMENTED = -1;

  private static final int SCRATCH_BYTES = 96;

  /** The buffer; a concrete writer may replace it. */
  protected byte[] buffer;

  /** Number of bytes in {@link #buffer} not yet drained. */
  protected int end;

  /** Whether the last drain accepted nothing, so that a pump can report which side has stalled. */
  boolean refused;

  private @Nullable Slices single; // reused: the one-slice list for most drains
  private byte @Nullable [] scratch;

  /** Creates a writer that owns {@code buffer}; its contents are ignored. */
  protected Writer(byte[] buffer) {
    this.buffer = buffer;
  }

  // ---- kinds -------------------------------------------------------------------------------

  /** Fills {@code buffer}, then fails; of a write that does not fit, the first bytes are kept. */
  public static Writer fixed(byte[] buffer) {
    return new FixedWriter(buffer);
  }

  /** Fails every write. */
  public static Writer failing() {
    return new FailingWriter();
  }

  /** Writes to {@code out}; flushing flushes it too. Does not close it. */
  public static Writer to(OutputStream out, int bufferBytes) {
    return new OutputStreamSink(out, new byte[bufferBytes]);
  }

  /** Writes to {@code channel}, which may be non-blocking. Does not close it. */
  public static Writer to(WritableByteChannel channel, int bufferBytes) {
    return new ChannelSink(channel, new byte[bufferBytes]);
  }

  /**
   * A writer that passes everything to this writer and to {@code hasher}. Preferably this one has
   * the buffer.
   */
  public final HashedWriter hashed(Hasher hasher, byte[] ownBuffer) {
    return new HashedWriter(this, hasher, ownBuffer);
  }

  /**
   * A stream that writes to this writer; closing it flushes this writer and closes only the stream.
   */
  public final OutputStream asOutputStream() {
    return new WriterOutputStream(this);
  }

  /**
   * A channel that writes to this writer; closing it flushes this writer and closes only the
   * channel.
   */
  public final WritableByteChannel asChannel() {
    return new WriterChannel(this);
  }

  // ---- hooks -------------------------------------------------------------------------------

  /**
   * Accepts the buffered bytes, then {@code data} in order with its last slice repeated {@code
   * splat} times (zero or more). Called only if the data does not fit the buffer, and by {@code
   * flush} without data. May accept a part or nothing, and may leave a part of {@code data} in the
   * buffer. Buffered bytes that were accepted are removed by changing {@link #end} only (see {@link
   * #consume}), even if the method throws; it must then have accepted none of {@code data}.
   *
   * @param data at least one slice, none of them in {@link #buffer}; valid during the call only
   * @return bytes accepted of {@code data}
   */
  protected abstract long drain(Slices data, int splat) throws WriteFailedException;

  /**
   * Accepts the buffered bytes, then up to {@code limit} bytes of {@code file} from its position,
   * starting with those that its reader has buffered. Zero is not the end.
   *
   * @return bytes accepted of the file, or {@link #UNIMPLEMENTED} with no change
   * @throws EndOfStreamException if the file has no more bytes
   */
  public long sendFile(FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    return UNIMPLEMENTED;
  }

  /** Drains all buffered bytes. Does nothing if the buffer is the destination. */
  public void flush() throws WriteFailedException {
    while (end != 0) {
      int had = end;
      drain(Slices.EMPTY, 1);
      if (end >= had) {
        throw nothingNow();
      }
    }
  }

  /** Makes room for {@code capacity} bytes while the last {@code preserve} bytes stay buffered. */
  protected void rebaseSlow(int preserve, int capacity) throws WriteFailedException {
    WriterRoom.drainPreserving(this, preserve, capacity);
  }

  /** Removes the first {@code n} bytes; returns how many of them were not in the buffer. */
  protected final long consume(long n) {
    if (n < end) {
      System.arraycopy(buffer, (int) n, buffer, 0, end - (int) n);
      end -= (int) n;
      return 0;
    }
    long beyond = n - end;
    end = 0;
    return beyond;
  }

  /** Removes all buffered bytes. */
  protected final void consumeAll() {
    end = 0;
  }

  /** Moves the bytes of {@code data} that fit into the buffer; returns their number. */
  protected final long bufferFitting(Slices data, int splat) {
    return WriterRoom.append(this, data, splat);
  }

  // ---- write -------------------------------------------------------------------------------

  /** Writes at most {@code length} bytes and returns the number; zero means not now. */
  public final int write(byte[] source, int offset, int length) throws WriteFailedException {
    Objects.checkFromIndexSize(offset, length, source.length);
    if (length <= buffer.length - end) {
      System.arraycopy(source, offset, buffer, end, length);
      end += length;
      return length;
    }
    Slices data = one().add(source, offset, length);
    try {
      return (int) WriterRoom.drainSome(this, data, 1);
    } finally {
      data.clear();
    }
  }

  /**
   * Writes at most {@code length} bytes of a heap or native segment and returns the number; zero
   * means not now. A sink that stages bytes in native memory overrides it to copy once, after the
   * bytes of {@link #buffer}, without a heap array.
   */
  public int write(MemorySegment source, long offset, int length) throws WriteFailedException {
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    if (length <= buffer.length - end) {
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, buffer, end, length);
      end += length;
      return length;
    }
    Slices data = one().add(source, offset, length);
    try {
      return (int) WriterRoom.drainSome(this, data, 1);
    } finally {
      data.clear();
    }
  }

  /**
   * Writes at most the remaining bytes of {@code source}, advancing its position; zero means not
   * now. A sink that overrides the method above may override this one too, to avoid a view of the
   * buffer.
   */
  public int write(ByteBuffer source) throws WriteFailedException {
    int at = source.position();
    int n =
        source.hasArray()
            ? write(source.array(), source.arrayOffset() + at, source.remaining())
            : write(MemorySegment.ofBuffer(source), 0, source.remaining());
    source.position(at + n);
    return n;
  }

  /** Writes all of {@code source}. */
  public final void writeAll(byte[] source) throws WriteFailedException {
    writeAll(source, 0, source.length);
  }

  /** Writes all of {@code source}. */
  public final void writeAll(Span source) throws WriteFailedException {
    writeAll(source.array(), source.offset(), source.length());
  }

  /** Writes {@code length} bytes. */
  public final void writeAll(byte[] source, int offset, int length) throws WriteFailedException {
    int done = write(source, offset, length);
    while (done < length) {
      int n = write(source, offset + done, length - done);
      if (n == 0) {
        throw nothingNow();
      }
      done += n;
    }
  }

  /** Writes {@code length} bytes of a heap or native segment. */
  public final void writeAll(MemorySegment source, long offset, long length)
      throws WriteFailedException {
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    long done = 0;
    while (done < length) {
      int n = write(source, offset + done, (int) Math.min(length - done, Integer.MAX_VALUE));
      if (n == 0) {
        throw nothingNow();
      }
      done += n;
    }
  }

  /** Writes all remaining bytes of {@code source}, advancing its position. */
  public final void writeAll(ByteBuffer source) throws WriteFailedException {
    while (source.hasRemaining()) {
      if (write(source) == 0) {
        throw nothingNow();
      }
    }
  }

  /** Writes at most all slices of {@code data} and returns the number of bytes. */
  public final long writeVec(Slices data) throws WriteFailedException {
    return writeSplat(data, 1);
  }

  /** Writes all slices of {@code data}. */
  public final void writeVecAll(Slices data) throws WriteFailedException {
    writeSplatAll(data, 1);
  }

  /**
   * Writes at most {@code data}, its last slice {@code splat} times; returns the number of bytes.
   */
  public final long writeSplat(Slices data, int splat) throws WriteFailedException {
    if (data.totalSplat(splat) <= buffer.length - end) {
      return bufferFitting(data, splat);
    }
    return WriterRoom.drainSome(this, data, splat);
  }

  /** Writes {@code data}, its last slice {@code splat} times. */
  public final void writeSplatAll(Slices data, int splat) throws WriteFailedException {
    WriterRoom.writeSplatAll(this, data, splat);
  }

  /** Writes the low eight bits of {@code value}. */
  public final void writeByte(int value) throws WriteFailedException {
    int at = end;
    byte[] b = buffer;
    if (at < b.length) {
      b[at] = (byte) value;
      end = at + 1;
    } else {
      WriterRoom.writeByteSlow(this, (byte) value);
    }
  }

  /** Writes the low eight bits of {@code value} {@code n} times. */
  public final void splatByteAll(int value, int n) throws WriteFailedException {
    WriterRoom.splatByteAll(this, (byte) value, n);
  }

  /** Writes {@code bytes} {@code n} times. */
  public final void splatBytesAll(byte[] bytes, int n) throws WriteFailedException {
    writeSplatAll(Slices.of(bytes), n);
  }

  /** Writes two bytes. */
  public final void writeShort(int value, ByteOrder order) throws WriteFailedException {
    if (buffer.length - end >= Short.BYTES) {
      Bytes.putShort(buffer, end, (short) value, order);
      end += Short.BYTES;
    } else {
      WriterRoom.writeIntSlow(this, value, Short.BYTES, order);
    }
  }

  /** Writes four bytes. */
  public final void writeInt(int value, ByteOrder order) throws WriteFailedException {
    if (buffer.length - end >= Integer.BYTES) {
      Bytes.putInt(buffer, end, value, order);
      end += Integer.BYTES;
    } else {
      WriterRoom.writeIntSlow(this, value, Integer.BYTES, order);
    }
  }

  /** Writes eight bytes. */
  public final void writeLong(long value, ByteOrder order) throws WriteFailedException {
    if (buffer.length - end >= Long.BYTES) {
      Bytes.putLong(buffer, end, value, order);
      end += Long.BYTES;
    } else {
      WriterRoom.writeIntSlow(this, value, Long.BYTES, order);
    }
  }

  /** Writes the bytes of one {@code layout} from the start of {@code value}. */
  public final void writeStruct(MemorySegment value, MemoryLayout layout)
      throws WriteFailedException {
    writeAll(value, 0, layout.byteSize());
  }

  /** Writes {@code value} as unsigned LEB128, one to ten bytes. */
  public final void writeUleb128(long value) throws WriteFailedException {
    Leb128.writeUnsigned(this, value);
  }

  /** Writes {@code value} as signed LEB128, one to ten bytes. */
  public final void writeSleb128(long value) throws WriteFailedException {
    Leb128.writeSigned(this, value);
  }

  // ---- buffer ------------------------------------------------------------------------------

  /** The bytes not yet drained. */
  public final Span buffered() {
    return new Span(buffer, 0, end);
  }

  /** Number of bytes not yet drained. */
  public final int bufferedLen() {
    return end;
  }

  /** Number of bytes that can be written without calling a hook. */
  public final int unusedCapacity() {
    return buffer.length - end;
  }

  /** Makes {@link #unusedCapacity} at least {@code n}, draining if necessary. */
  public final void ensureUnusedCapacity(int n) throws WriteFailedException {
    rebase(0, n);
  }

  /**
   * Makes {@link #unusedCapacity} at least {@code n}; the last {@code preserve} bytes stay
   * buffered.
   */
  public final void rebase(int preserve, int n) throws WriteFailedException {
    if (buffer.length - end < n) {
      rebaseSlow(preserve, n);
    }
  }

  /** The next {@code n} bytes of the buffer, which count as written; the caller fills them now. */
  public final Span writableSlice(int n) throws WriteFailedException {
    ensureUnusedCapacity(n);
    end += n;
    return new Span(buffer, end - n, n);
  }

  /**
   * All free room, at least {@code minimum} bytes; call {@link #advance} with the number filled.
   */
  public final Span writableSliceGreedy(int minimum) throws WriteFailedException {
    ensureUnusedCapacity(minimum);
    return new Span(buffer, end, buffer.length - end);
  }

  /** Counts the next {@code n} bytes of the buffer as written. */
  public final void advance(int n) {
    Objects.checkFromIndexSize(0, n, buffer.length - end);
    end += n;
  }

  /** Removes the last {@code n} bytes written, which must still be buffered. */
  public final void undo(int n) {
    Objects.checkFromIndexSize(0, n, end);
    end -= n;
  }

  // ---- files -------------------------------------------------------------------------------

  /** Repeats {@link #sendFile} up to {@code limit} or the end; returns bytes sent. */
  public final long sendFileAll(FileSource file, Limit limit)
      throws ReadFailedException, WriteFailedException {
    return SendFile.all(this, file, limit);
  }

  /**
   * Writes {@code header}, then the file, in one operation if the sink supports it.
   *
   * @return bytes accepted of both, or {@link #UNIMPLEMENTED} if {@code header} is empty and the
   *     sink has no sendFile
   */
  public final long sendFileHeader(Span header, FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    return SendFile.header(this, header, file, limit);
  }

  /** Reads a part of the file into this buffer; returns the number of bytes; throws at its end. */
  public final int sendFileReading(FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    return SendFile.reading(this, file, limit);
  }

  /** Repeats {@link #sendFileReading} up to {@code limit} or the end; returns bytes sent. */
  public final long sendFileReadingAll(FileSource file, Limit limit)
      throws ReadFailedException, WriteFailedException {
    return SendFile.readingAll(this, file, limit);
  }

  // ---- print -------------------------------------------------------------------------------

  /** Prints {@code text} padded to a width. */
  public final void alignBuffer(Span text, Padding padding) throws WriteFailedException {
    Format.align(this, text.array(), text.offset(), text.length(), padding);
  }

  /** Prints {@code value} in decimal, with a sign if negative. */
  public final void printInt(long value) throws WriteFailedException {
    Format.decimal(this, value);
  }

  /** Prints {@code value} in base {@code radix}, 2 to 36, with a sign if negative. */
  public final void printInt(long value, int radix, Case letters, Padding padding)
      throws WriteFailedException {
    Format.integer(this, value, true, radix, letters, padding);
  }

  /** Prints {@code value} as unsigned in base {@code radix}, 2 to 36. */
  public final void printUnsigned(long value, int radix, Case letters, Padding padding)
      throws WriteFailedException {
    Format.integer(this, value, false, radix, letters, padding);
  }

  /** Prints two hexadecimal digits per byte. */
  public final void printHex(Span bytes, Case letters) throws WriteFailedException {
    Format.hex(this, bytes, letters);
  }

  /** Prints Base64 with the standard alphabet and padding. */
  public final void printBase64(Span bytes) throws WriteFailedException {
    Format.base64(this, bytes);
  }

  /**
   * Prints a size such as {@code 1.5MiB}, in the largest unit not larger than the size, rounded
   * half up to at most {@code decimals} (0 to 9) places, without trailing zeros.
   */
  public final void printByteSize(long bytes, ByteSizeUnits units, int decimals)
      throws WriteFailedException {
    Format.byteSize(this, bytes, units, decimals);
  }

  /**
   * Prints a duration such as {@code 1w3h1.5s}; below a minute one unit, truncated to thousandths.
   */
  public final void printDuration(long nanos) throws WriteFailedException {
    Format.duration(this, nanos);
  }

  /**
   * Prints {@code text} with one byte per character.
   *
   * @throws IllegalArgumentException if a character is not ASCII; nothing is written then
   */
  public final void printAscii(CharSequence text) throws WriteFailedException {
    Text.ascii(this, text);
  }

  /** Prints {@code text} as UTF-8; an unpaired surrogate becomes U+FFFD. */
  public final void printUtf8(CharSequence text) throws WriteFailedException {
    Text.utf8(this, text);
  }

  /** Prints one code point as UTF-8; an invalid one becomes U+FFFD. */
  public final void printCodePoint(int codePoint) throws WriteFailedException {
    Text.codePoint(this, codePoint);
  }

  /**
   * Prints {@code template} with a placeholder for each argument: <code>{}</code> any object's
   * string, {@code d b o x X} integers, {@code s} text or bytes, {@code x X b64} bytes, {@code c} a
   * byte, {@code u} a code point, {@code B Bi} a size with two decimals, {@code D} nanoseconds.
   * After a colon follow fill, one of {@code < ^ >}, and width, as in <code>{d:0>8}</code>. Braces
   * are doubled. A convenience: it boxes and allocates, which the methods above do not.
   *
   * @throws IllegalArgumentException if template and arguments do not match; nothing is written
   */
  public final void print(String template, @Nullable Object... args) throws WriteFailedException {
    Template.print(this, template, args);
  }

  // ---- package -----------------------------------------------------------------------------

  /** The reused list, empty. A drain that writes to its own writer gets a new list. */
  final Slices one() {
    Slices data = single;
    if (data == null || data.count() != 0) {
      data = new Slices(1);
      single = data;
    }
    return data;
  }

  /** Scratch space for a number in any base and for chunks of encoded text. */
  final byte[] scratch() {
    byte[] array = scratch;
    if (array == null) {
      array = new byte[SCRATCH_BYTES];
      scratch = array;
    }
    return array;
  }

  final WriteFailedException nothingNow() {
    return new WriteFailedException(
        getClass().getSimpleName()
            + ": the sink accepts no bytes now; "
            + end
            + " bytes are in its buffer of "
            + buffer.length);
  }
}
