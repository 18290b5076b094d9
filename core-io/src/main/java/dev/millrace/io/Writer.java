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
 * A sink of bytes with its buffer in front: writing is an array store and an increment, and the
 * hooks of the concrete sink are called only when the buffer is full.
 *
 * <p>{@code buffer[0..end)} is written but not yet drained; nothing reaches the sink for certain
 * before {@link #flush}. A buffer of length zero is legal and makes the writer unbuffered.
 *
 * <p>A sink may take less than it is offered, even nothing; that means <em>not now</em> and is no
 * end. {@code write} methods then return a short count. Methods that must place all their bytes
 * ({@code writeAll}, {@code writeByte}, {@code flush}, every {@code print}) do not spin on such a
 * sink: they throw {@link WriteFailedException}, what was taken before stays taken.
 *
 * <p>A method that returns a count and throws instead has taken nothing of its argument: a sink
 * that fails behind a part returns that part, and fails with the next call. So a failed {@code
 * write} may be repeated with the same bytes, and a failed {@code flush} as it is, without a byte
 * lost or doubled. A method without a count does not say how much it placed before it failed.
 *
 * <p>Lengths and offsets are bytes; wrong ones throw {@link IndexOutOfBoundsException}, and asking
 * for more room than the buffer can ever have throws {@link IllegalArgumentException}; neither
 * changes anything. One thread at a time. Text, numbers and other formatting are {@code print}
 * methods.
 *
 * <p>This file is longer than most here: it is the whole vocabulary of writing, one line per method
 * where the work is elsewhere, so that a reader of user code has one place to look.
 *
 * <p>Source: Zig {@code std/Io/Writer.zig}.
 */
public abstract class Writer {
  /** What {@link #sendFile} returns if the caller had better read the file and write it. */
  public static final long UNIMPLEMENTED = -1;

  private static final int SCRATCH_BYTES = 96;

  /** The buffer; a concrete writer may replace it. */
  protected byte[] buffer;

  /** Number of bytes in {@link #buffer} not yet drained. */
  protected int end;

  /** Whether the last drain took nothing; for a pump that must say which side stands still. */
  boolean refused;

  private @Nullable Slices single; // reused: the one-slice list most drains are given
  private byte @Nullable [] scratch;

  /** A writer that keeps {@code buffer} for its own; its contents are of no interest. */
  protected Writer(byte[] buffer) {
    this.buffer = buffer;
  }

  // ---- kinds -------------------------------------------------------------------------------

  /** Fills {@code buffer}, then fails; what fits of a write that does not fit is kept. */
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

  /** Passes everything on to this writer and to {@code hasher}. This one is best unbuffered. */
  public final HashedWriter hashed(Hasher hasher, byte[] ownBuffer) {
    return new HashedWriter(this, hasher, ownBuffer);
  }

  /** A stream that writes here; closing it flushes this writer and ends only the stream. */
  public final OutputStream asOutputStream() {
    return new WriterOutputStream(this);
  }

  /** A channel that writes here; closing it flushes this writer and ends only the channel. */
  public final WritableByteChannel asChannel() {
    return new WriterChannel(this);
  }

  // ---- hooks -------------------------------------------------------------------------------

  /**
   * Takes the buffered bytes, then {@code data} in order with its last slice repeated {@code splat}
   * times (zero or more). Called only when the data does not fit the buffer, and by {@code flush}
   * with no data. May take less than all, even nothing; may leave part of {@code data} in the
   * buffer. Bytes taken from the buffer show in {@link #end} alone ({@link #consume} helps), also
   * when it throws; then it has taken nothing of {@code data}.
   *
   * @param data at least one slice, none of them in {@link #buffer}; only for this call
   * @return bytes taken of {@code data}
   */
  protected abstract long drain(Slices data, int splat) throws WriteFailedException;

  /**
   * Takes the buffered bytes, then up to {@code limit} bytes of {@code file} from its position,
   * beginning with those its reader has buffered. Zero is no end.
   *
   * @return bytes taken of the file, or {@link #UNIMPLEMENTED} with nothing changed
   * @throws EndOfStreamException if the file has no more bytes
   */
  public long sendFile(FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    return UNIMPLEMENTED;
  }

  /** Drains all that is buffered. Where the buffer is the destination, does nothing. */
  public void flush() throws WriteFailedException {
    while (end != 0) {
      int had = end;
      drain(Slices.EMPTY, 1);
      if (end >= had) {
        throw nothingNow();
      }
    }
  }

  /** Makes room for {@code capacity} bytes while the last {@code preserve} stay buffered. */
  protected void rebaseSlow(int preserve, int capacity) throws WriteFailedException {
    WriterRoom.drainPreserving(this, preserve, capacity);
  }

  /** Drops the first {@code n} bytes; returns how many of them were not in the buffer. */
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

  /** Drops all that is buffered. */
  protected final void consumeAll() {
    end = 0;
  }

  /** Moves what fits of {@code data} into the buffer; returns how many bytes that was. */
  protected final long bufferFitting(Slices data, int splat) {
    return WriterRoom.append(this, data, splat);
  }

  // ---- write -------------------------------------------------------------------------------

  /** Writes at most {@code length} bytes and returns how many; zero means not now. */
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
   * Writes at most {@code length} bytes of a heap or native segment and returns how many; zero
   * means not now. The hook for a sink whose bytes wait in native memory: overridden, it copies
   * once, {@link #buffer} first, without passing through a heap array.
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
   * Writes at most what remains in {@code source}, advancing its position; zero means not now. A
   * sink that overrides the method above may override this one too, to save a view of the buffer.
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

  /** Writes all that remains in {@code source}, advancing its position. */
  public final void writeAll(ByteBuffer source) throws WriteFailedException {
    while (source.hasRemaining()) {
      if (write(source) == 0) {
        throw nothingNow();
      }
    }
  }

  /** Writes at most all slices of {@code data} and returns how many bytes. */
  public final long writeVec(Slices data) throws WriteFailedException {
    return writeSplat(data, 1);
  }

  /** Writes all slices of {@code data}. */
  public final void writeVecAll(Slices data) throws WriteFailedException {
    writeSplatAll(data, 1);
  }

  /** Writes at most {@code data}, its last slice {@code splat} times; returns how many bytes. */
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

  /** Writes the bytes of one {@code layout} at the start of {@code value}. */
  public final void writeStruct(MemorySegment value, MemoryLayout layout)
      throws WriteFailedException {
    writeAll(value, 0, layout.byteSize());
  }

  /** Writes {@code value}, taken as unsigned, as LEB128: one to ten bytes. */
  public final void writeUleb128(long value) throws WriteFailedException {
    Leb128.writeUnsigned(this, value);
  }

  /** Writes {@code value} as signed LEB128: one to ten bytes. */
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

  /** Number of bytes that can be written before a hook is called. */
  public final int unusedCapacity() {
    return buffer.length - end;
  }

  /** Makes {@link #unusedCapacity} at least {@code n}, draining if need be. */
  public final void ensureUnusedCapacity(int n) throws WriteFailedException {
    rebase(0, n);
  }

  /** Makes {@link #unusedCapacity} at least {@code n}; the last {@code preserve} bytes stay. */
  public final void rebase(int preserve, int n) throws WriteFailedException {
    if (buffer.length - end < n) {
      rebaseSlow(preserve, n);
    }
  }

  /** The next {@code n} bytes of the buffer, for the caller to fill now: they count as written. */
  public final Span writableSlice(int n) throws WriteFailedException {
    ensureUnusedCapacity(n);
    end += n;
    return new Span(buffer, end - n, n);
  }

  /** All free room, at least {@code minimum} bytes; {@link #advance} says how many were filled. */
  public final Span writableSliceGreedy(int minimum) throws WriteFailedException {
    ensureUnusedCapacity(minimum);
    return new Span(buffer, end, buffer.length - end);
  }

  /** Counts the next {@code n} bytes of the buffer as written. */
  public final void advance(int n) {
    Objects.checkFromIndexSize(0, n, buffer.length - end);
    end += n;
  }

  /** Takes back the last {@code n} bytes written, which must still be buffered. */
  public final void undo(int n) {
    Objects.checkFromIndexSize(0, n, end);
    end -= n;
  }

  // ---- files -------------------------------------------------------------------------------

  /** {@link #sendFile} again and again up to {@code limit} or the end; returns bytes sent. */
  public final long sendFileAll(FileSource file, Limit limit)
      throws ReadFailedException, WriteFailedException {
    return SendFile.all(this, file, limit);
  }

  /**
   * Writes {@code header}, then the file, in one go where the sink can.
   *
   * @return bytes taken of both together, or {@link #UNIMPLEMENTED} if {@code header} is empty and
   *     the sink has no sendFile
   */
  public final long sendFileHeader(Span header, FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    return SendFile.header(this, header, file, limit);
  }

  /** Reads some of the file into this buffer; returns bytes, or throws at the end of the file. */
  public final int sendFileReading(FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    return SendFile.reading(this, file, limit);
  }

  /** {@link #sendFileReading} up to {@code limit} or the end; returns bytes sent. */
  public final long sendFileReadingAll(FileSource file, Limit limit)
      throws ReadFailedException, WriteFailedException {
    return SendFile.readingAll(this, file, limit);
  }

  // ---- print -------------------------------------------------------------------------------

  /** {@code text} widened to a column. */
  public final void alignBuffer(Span text, Padding padding) throws WriteFailedException {
    Format.align(this, text.array(), text.offset(), text.length(), padding);
  }

  /** {@code value} in decimal, with a sign if it is negative. */
  public final void printInt(long value) throws WriteFailedException {
    Format.decimal(this, value);
  }

  /** {@code value} to base {@code radix}, 2 to 36, with a sign if it is negative. */
  public final void printInt(long value, int radix, Case letters, Padding padding)
      throws WriteFailedException {
    Format.integer(this, value, true, radix, letters, padding);
  }

  /** {@code value}, taken as unsigned, to base {@code radix}, 2 to 36. */
  public final void printUnsigned(long value, int radix, Case letters, Padding padding)
      throws WriteFailedException {
    Format.integer(this, value, false, radix, letters, padding);
  }

  /** Two hexadecimal digits for every byte. */
  public final void printHex(Span bytes, Case letters) throws WriteFailedException {
    Format.hex(this, bytes, letters);
  }

  /** Base64 with the standard alphabet and padding. */
  public final void printBase64(Span bytes) throws WriteFailedException {
    Format.base64(this, bytes);
  }

  /**
   * A size such as {@code 1.5MiB}: in the largest unit it has one of, rounded half up to at most
   * {@code decimals} (0 to 9) places, without zeros at the end.
   */
  public final void printByteSize(long bytes, ByteSizeUnits units, int decimals)
      throws WriteFailedException {
    Format.byteSize(this, bytes, units, decimals);
  }

  /** A duration such as {@code 1w3h1.5s}; below a minute one unit, cut off at thousandths of it. */
  public final void printDuration(long nanos) throws WriteFailedException {
    Format.duration(this, nanos);
  }

  /**
   * {@code text} as one byte for each character.
   *
   * @throws IllegalArgumentException if a character is not ASCII; nothing is written then
   */
  public final void printAscii(CharSequence text) throws WriteFailedException {
    Text.ascii(this, text);
  }

  /** {@code text} as UTF-8; half a surrogate pair becomes U+FFFD. */
  public final void printUtf8(CharSequence text) throws WriteFailedException {
    Text.utf8(this, text);
  }

  /** One character as UTF-8; what is none becomes U+FFFD. */
  public final void printCodePoint(int codePoint) throws WriteFailedException {
    Text.codePoint(this, codePoint);
  }

  /**
   * {@code template} with a placeholder for each argument: <code>{}</code> any object's string,
   * {@code d b o x X} integers, {@code s} text or bytes, {@code x X b64} bytes, {@code c} a byte,
   * {@code u} a character, {@code B Bi} a size with two decimals, {@code D} nanoseconds; behind a
   * colon fill, one of {@code < ^ >}, and width, as in <code>{d:0>8}</code>; braces are doubled. A
   * convenience: it boxes and allocates, which the methods above do not.
   *
   * @throws IllegalArgumentException if template and arguments do not match; nothing is written
   */
  public final void print(String template, @Nullable Object... args) throws WriteFailedException {
    Template.print(this, template, args);
  }

  // ---- package -----------------------------------------------------------------------------

  /** The reused list, empty. A drain that writes to its own writer gets a list of its own. */
  final Slices one() {
    Slices data = single;
    if (data == null || data.count() != 0) {
      data = new Slices(1);
      single = data;
    }
    return data;
  }

  /** Room for a number in any base and for the pieces that texts are encoded in. */
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
            + ": the sink takes nothing now; "
            + end
            + " bytes wait in its buffer of "
            + buffer.length);
  }
}
