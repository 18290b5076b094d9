package dev.millrace.io;

import java.io.InputStream;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A source of bytes with a buffer in front. Reading is an array load and an increment; the hooks of
 * the concrete source are called only when the buffer is empty or too small.
 *
 * <p>{@code buffer[seek..end)} holds the bytes that were read from the source and not yet consumed.
 * A buffer of length zero is legal. {@code peek}, {@code take} and {@code fill} need a buffer of at
 * least the requested length; otherwise they throw {@link IllegalArgumentException} and change
 * nothing.
 *
 * <p>{@link EndOfStreamException} reports the end of the stream, and nothing else does. A source
 * may provide no bytes, which means <em>not now</em>. Methods that return a count then return zero.
 * Methods that need bytes throw {@link ReadFailedException} instead of spinning; buffered bytes
 * stay buffered. A method that returns a count and throws instead has consumed nothing and may be
 * repeated. A returned {@link Span} is valid until the next call that may fill the buffer: another
 * peek, take, fill or read. One thread at a time.
 *
 * <p>This file is long on purpose: it has all methods for reading, most of them one line that
 * delegates, so that readers of user code have one place to look.
 *
 * <p>Source: Zig {@code std/Io/Reader.zig}.
 */
public abstract class Reader {
  /** The buffer; a concrete reader may replace it. */
  protected byte[] buffer;

  /** Index in {@link #buffer} of the next byte to be consumed. */
  protected int seek;

  /** Index in {@link #buffer} after the last byte read from the source. */
  protected int end;

  // Reused by the default hooks, as the sink that the source writes to.
  private @Nullable FixedWriter window;
  private @Nullable DiscardingWriter drainpipe;
  private @Nullable Slices single;

  /** Creates a reader that owns {@code buffer}; its contents are ignored. */
  protected Reader(byte[] buffer) {
    this.buffer = buffer;
  }

  // ---- kinds -------------------------------------------------------------------------------

  /** Reads {@code bytes} and ends. All of them are buffered from the start. */
  public static Reader fixed(byte[] bytes) {
    return new FixedReader(bytes, 0, bytes.length);
  }

  /** Reads {@code length} bytes of {@code bytes} from {@code offset} and ends. */
  public static Reader fixed(byte[] bytes, int offset, int length) {
    return new FixedReader(bytes, offset, length);
  }

  /** Reads {@code segment}, heap or native, through {@code buffer}, and ends. */
  public static Reader fixed(MemorySegment segment, byte[] buffer) {
    return new SegmentReader(segment, buffer);
  }

  /** Fails every read. */
  public static Reader failing() {
    return new FailingReader();
  }

  /** A reader at the end of its stream. */
  public static Reader ending() {
    return fixed(Bytes.NONE);
  }

  /** Reads from {@code in}. Does not close it. */
  public static Reader from(InputStream in, int bufferBytes) {
    return new InputStreamSource(in, new byte[bufferBytes]);
  }

  /** Reads from {@code channel}, which may be non-blocking. Does not close it. */
  public static Reader from(ReadableByteChannel channel, int bufferBytes) {
    return new ChannelSource(channel, new byte[bufferBytes]);
  }

  /** A reader of this reader that ends after {@code limit} bytes. */
  public final LimitedReader limited(Limit limit, byte[] ownBuffer) {
    return new LimitedReader(this, limit, ownBuffer);
  }

  /**
   * A reader of this reader that passes every byte to {@code hasher}. Preferably this one has the
   * buffer.
   */
  public final HashedReader hashed(Hasher hasher, byte[] ownBuffer) {
    return new HashedReader(this, hasher, ownBuffer);
  }

  /** A stream that reads from this reader; closing it closes only the stream. */
  public final InputStream asInputStream() {
    return new ReaderInputStream(this);
  }

  /** A channel that reads from this reader; closing it closes only the channel. */
  public final ReadableByteChannel asChannel() {
    return new ReaderChannel(this);
  }

  // ---- hooks -------------------------------------------------------------------------------

  /**
   * Writes the next bytes of the source, up to {@code limit}, to {@code w}, and does not touch the
   * buffered bytes. If {@link #buffer} is empty, the source may instead store into it and move
   * {@link #seek} and {@link #end}. It must not do both in one call, nor write more than {@code
   * limit} bytes to {@code w}. A source that must do work first does it here, until it has a byte,
   * has ended, or has no bytes now.
   *
   * @return bytes written to {@code w}; zero is not the end
   */
  protected abstract long streamSlow(Writer w, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException;

  /** Skips up to {@code limit} bytes of the source. Called with an empty buffer. */
  protected long discardSlow(Limit limit) throws EndOfStreamException, ReadFailedException {
    seek = 0;
    end = 0;
    DiscardingWriter sink = drainpipe;
    if (sink == null) {
      sink = new DiscardingWriter(Bytes.NONE);
      drainpipe = sink;
    }
    return ReaderBulk.stream(this, sink.at(buffer), limit);
  }

  /**
   * Reads from the source once, into {@code data}, into {@link #buffer} after {@link #end}, or
   * both. Returns the number of bytes stored in {@code data}, which has at least one slice. If the
   * first slice is empty, the buffer must be used; it then has room. Slices may be native memory,
   * which this default implementation writes directly.
   */
  protected long readVecSlow(Slices data) throws EndOfStreamException, ReadFailedException {
    FixedWriter sink = window;
    if (sink == null) {
      sink = new FixedWriter(Bytes.NONE);
      window = sink;
    }
    return ReaderBulk.readVecOnce(this, data, sink);
  }

  /**
   * Makes room so that {@code capacity} bytes from {@link #seek} fit the buffer.
   *
   * @throws EndOfStreamException if the source is known to have fewer bytes left
   */
  protected void rebaseSlow(int capacity) throws EndOfStreamException {
    if (capacity > buffer.length) {
      throw new IllegalArgumentException(
          "%d contiguous bytes do not fit a buffer of %d".formatted(capacity, buffer.length));
    }
    if (seek > 0) {
      System.arraycopy(buffer, seek, buffer, 0, end - seek);
      end -= seek;
      seek = 0;
    }
  }

  // ---- pump --------------------------------------------------------------------------------

  /** Moves at most {@code limit} bytes to {@code w}, from the buffer or by one call of the hook. */
  public final long stream(Writer w, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    int ready = limit.minInt(end - seek);
    if (ready > 0) {
      int n = w.write(buffer, seek, ready);
      seek += n;
      return n;
    }
    return limit.nonzero() ? streamSlow(w, limit) : 0;
  }

  /** Moves exactly {@code n} bytes to {@code w}. */
  public final void streamExact(Writer w, long n)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    for (long done = 0; done < n; ) {
      done += ReaderBulk.streamSome(this, w, Limit.limited(n - done));
    }
  }

  /** Moves all remaining bytes to {@code w} and returns their number. */
  public final long streamRemaining(Writer w) throws ReadFailedException, WriteFailedException {
    return ReaderBulk.streamRemaining(this, w);
  }

  /** Moves bytes to {@code w} up to the delimiter, which stays unread; throws at the end. */
  public final long streamDelimiter(Writer w, int delimiter)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    long n = Delimiters.stream(this, w, delimiter);
    if (seek == end) {
      throw Delimiters.missing(delimiter);
    }
    return n;
  }

  /** Moves bytes to {@code w} up to the delimiter or the end; at the end nothing is buffered. */
  public final long streamDelimiterEnding(Writer w, int delimiter)
      throws ReadFailedException, WriteFailedException {
    return Delimiters.stream(this, w, delimiter);
  }

  /**
   * Like {@link #streamDelimiterEnding}, but throws after {@code limit} bytes, which were moved.
   */
  public final long streamDelimiterLimit(Writer w, int delimiter, Limit limit)
      throws ReadFailedException, WriteFailedException, StreamTooLongException {
    return Delimiters.stream(this, w, delimiter, limit);
  }

  // ---- discard -----------------------------------------------------------------------------

  /**
   * Skips at most {@code limit} bytes, from the buffer or by one call of the hook; returns their
   * number.
   */
  public final long discard(Limit limit) throws EndOfStreamException, ReadFailedException {
    int ready = limit.minInt(end - seek);
    if (ready > 0) {
      seek += ready;
      return ready;
    }
    return limit.nonzero() ? discardSlow(limit) : 0;
  }

  /** Skips exactly {@code n} bytes. At the end of the stream, all remaining bytes are skipped. */
  public final void discardAll(long n) throws EndOfStreamException, ReadFailedException {
    long done = discardShort(n);
    if (done < n) {
      throw new EndOfStreamException("the stream ended %d bytes early".formatted(n - done));
    }
  }

  /** Skips {@code n} bytes; returns fewer only at the end of the stream. */
  public final long discardShort(long n) throws ReadFailedException {
    return ReaderBulk.discard(this, n);
  }

  /** Skips all remaining bytes and returns their number. */
  public final long discardRemaining() throws ReadFailedException {
    return ReaderBulk.discard(this, Long.MAX_VALUE);
  }

  /** Skips the bytes up to and including the delimiter; returns their number. */
  public final long discardDelimiterInclusive(int delimiter)
      throws EndOfStreamException, ReadFailedException {
    long n = Delimiters.discard(this, delimiter);
    if (seek == end) {
      throw Delimiters.missing(delimiter);
    }
    seek++;
    return n + 1;
  }

  /**
   * Skips bytes up to the delimiter, which stays unread, or to the end; at the end nothing is
   * buffered.
   */
  public final long discardDelimiterExclusive(int delimiter) throws ReadFailedException {
    return Delimiters.discard(this, delimiter);
  }

  /** Like {@link #discardDelimiterExclusive}, but throws after {@code limit} bytes were skipped. */
  public final long discardDelimiterLimit(int delimiter, Limit limit)
      throws ReadFailedException, StreamTooLongException {
    return Delimiters.discard(this, delimiter, limit);
  }

  // ---- bulk --------------------------------------------------------------------------------

  /** Reads buffered bytes, or once from the source; returns the number, zero means not now. */
  public final int read(byte[] target, int offset, int length)
      throws EndOfStreamException, ReadFailedException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (seek < end) {
      return ReaderBulk.takeBuffered(this, target, offset, length);
    }
    return length == 0 ? 0 : readOnce(one().add(target, offset, length));
  }

  /** Like {@link #read(byte[], int, int)}, for a heap or native segment. */
  public final int read(MemorySegment target, long offset, int length)
      throws EndOfStreamException, ReadFailedException {
    Objects.checkFromIndexSize(offset, length, target.byteSize());
    return length == 0 ? 0 : readOnce(one().add(target, offset, length));
  }

  /**
   * Like {@link #read(byte[], int, int)}, for the remaining bytes of {@code target}; advances its
   * position.
   */
  public final int read(ByteBuffer target) throws EndOfStreamException, ReadFailedException {
    int ready = Math.min(end - seek, target.remaining());
    if (ready > 0) {
      target.put(buffer, seek, ready);
      seek += ready;
      return ready;
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    int n = readOnce(one().add(target));
    target.position(target.position() + n);
    return n;
  }

  /**
   * Reads into {@code data} in order, at most once from the source; returns the number of bytes.
   */
  public final long readVec(Slices data) throws EndOfStreamException, ReadFailedException {
    return ReaderBulk.readVec(this, data, 0);
  }

  /** Fills all of {@code data}. */
  public final void readVecAll(Slices data) throws EndOfStreamException, ReadFailedException {
    if (ReaderBulk.readVecShort(this, data) < data.total()) {
      throw new EndOfStreamException("the stream ended within a vector of " + data.total());
    }
  }

  /** Fills all of {@code target}. */
  public final void readSliceAll(byte[] target) throws EndOfStreamException, ReadFailedException {
    readSliceAll(target, 0, target.length);
  }

  /** Reads exactly {@code length} bytes. */
  public final void readSliceAll(byte[] target, int offset, int length)
      throws EndOfStreamException, ReadFailedException {
    int n = readSliceShort(target, offset, length);
    if (n < length) {
      throw new EndOfStreamException("the stream ended after %d of %d".formatted(n, length));
    }
  }

  /** Reads {@code length} bytes; returns fewer only at the end of the stream. */
  public final int readSliceShort(byte[] target, int offset, int length)
      throws ReadFailedException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length <= end - seek) {
      System.arraycopy(buffer, seek, target, offset, length);
      seek += length;
      return length;
    }
    return (int) ReaderBulk.readVecShort(this, new Slices(1).add(target, offset, length));
  }

  /** Like {@link #readSliceShort(byte[], int, int)}, for a heap or native segment. */
  public final int readSliceShort(MemorySegment target, long offset, int length)
      throws ReadFailedException {
    return (int) ReaderBulk.readVecShort(this, new Slices(1).add(target, offset, length));
  }

  /** Reads exactly {@code length} bytes into a new array. */
  public final byte[] readAlloc(int length) throws EndOfStreamException, ReadFailedException {
    byte[] target = new byte[length];
    readSliceAll(target);
    return target;
  }

  /**
   * Reads to the end into a new array. If there are more than {@code limit} bytes, the bytes read
   * are lost.
   */
  public final byte[] allocRemaining(Limit limit)
      throws ReadFailedException, StreamTooLongException {
    AllocatingWriter list = new AllocatingWriter();
    appendRemaining(list, limit);
    return list.toByteArray();
  }

  /**
   * Reads to the end, appending to {@code list}.
   *
   * @throws StreamTooLongException if another byte follows {@code limit} bytes, which were
   *     appended; that byte is the next to be read
   */
  public final void appendRemaining(AllocatingWriter list, Limit limit)
      throws ReadFailedException, StreamTooLongException {
    ReaderBulk.appendRemaining(this, list, limit);
  }

  // ---- buffer ------------------------------------------------------------------------------

  /** The bytes that can be read without calling a hook. */
  public final Span buffered() {
    return new Span(buffer, seek, end - seek);
  }

  /** Number of bytes that can be read without calling a hook. */
  public final int bufferedLen() {
    return end - seek;
  }

  /** Buffers at least {@code n} bytes. Throws if fewer are left; they stay buffered. */
  public final void fill(int n) throws EndOfStreamException, ReadFailedException {
    if (end - seek < n) {
      fillSlow(n);
    }
  }

  /** Reads once from the source into the buffer, which must not be full; may add nothing. */
  public final void fillMore() throws EndOfStreamException, ReadFailedException {
    rebase(end - seek + 1);
    readVecSlow(Slices.EMPTY);
  }

  /** Makes room so that {@code capacity} bytes from the next one fit the buffer. */
  public final void rebase(int capacity) throws EndOfStreamException {
    if (buffer.length - seek < capacity) {
      rebaseSlow(capacity);
    }
  }

  /** Consumes {@code n} bytes, which must be buffered. */
  public final void toss(int n) {
    Objects.checkFromIndexSize(0, n, end - seek);
    seek += n;
  }

  /** Consumes all buffered bytes. */
  public final void tossBuffered() {
    seek = end;
  }

  // ---- peek and take -----------------------------------------------------------------------

  /** The next {@code n} bytes, without consuming them. */
  public final Span peek(int n) throws EndOfStreamException, ReadFailedException {
    fill(n);
    return new Span(buffer, seek, n);
  }

  /** All buffered bytes, at least {@code n}, without consuming them. */
  public final Span peekGreedy(int n) throws EndOfStreamException, ReadFailedException {
    fill(n);
    return buffered();
  }

  /** Consumes the next {@code n} bytes. */
  public final Span take(int n) throws EndOfStreamException, ReadFailedException {
    Span span = peek(n);
    seek += n;
    return span;
  }

  /** The next byte as 0 to 255, without consuming it. */
  public final int peekByte() throws EndOfStreamException, ReadFailedException {
    int at = seek;
    if (at < end) {
      return buffer[at] & 0xff;
    }
    fillSlow(1);
    return buffer[seek] & 0xff;
  }

  /** Consumes the next byte, as 0 to 255. */
  public final int takeByte() throws EndOfStreamException, ReadFailedException {
    int at = seek;
    if (at < end) {
      int value = buffer[at] & 0xff;
      seek = at + 1;
      return value;
    }
    fillSlow(1);
    return buffer[seek++] & 0xff;
  }

  /** Consumes the next byte, as -128 to 127. */
  public final byte takeByteSigned() throws EndOfStreamException, ReadFailedException {
    return (byte) takeByte();
  }

  /** The next two bytes, without consuming them. */
  public final short peekShort(ByteOrder order) throws EndOfStreamException, ReadFailedException {
    fill(Short.BYTES);
    return Bytes.getShort(buffer, seek, order);
  }

  /** Consumes the next two bytes. */
  public final short takeShort(ByteOrder order) throws EndOfStreamException, ReadFailedException {
    short value = peekShort(order);
    seek += Short.BYTES;
    return value;
  }

  /** The next four bytes, without consuming them. */
  public final int peekInt(ByteOrder order) throws EndOfStreamException, ReadFailedException {
    fill(Integer.BYTES);
    return Bytes.getInt(buffer, seek, order);
  }

  /** Consumes the next four bytes. */
  public final int takeInt(ByteOrder order) throws EndOfStreamException, ReadFailedException {
    int value = peekInt(order);
    seek += Integer.BYTES;
    return value;
  }

  /** The next eight bytes, without consuming them. */
  public final long peekLong(ByteOrder order) throws EndOfStreamException, ReadFailedException {
    fill(Long.BYTES);
    return Bytes.getLong(buffer, seek, order);
  }

  /** Consumes the next eight bytes. */
  public final long takeLong(ByteOrder order) throws EndOfStreamException, ReadFailedException {
    long value = peekLong(order);
    seek += Long.BYTES;
    return value;
  }

  /** Consumes the next {@code n} bytes, 1 to 8, as an unsigned integer. */
  public final long takeVarInt(ByteOrder order, int n)
      throws EndOfStreamException, ReadFailedException {
    Objects.checkIndex(n - 1, Long.BYTES);
    fill(n);
    seek += n;
    return Bytes.getVarInt(buffer, seek - n, n, order);
  }

  /** Consumes an unsigned LEB128 integer that fits {@code bits}, 1 to 64. */
  public final long takeUleb128(int bits)
      throws EndOfStreamException, ReadFailedException, OverflowException {
    return Leb128.takeUnsigned(this, bits);
  }

  /** Consumes a signed LEB128 integer that fits {@code bits}, 1 to 64. */
  public final long takeSleb128(int bits)
      throws EndOfStreamException, ReadFailedException, OverflowException {
    return Leb128.takeSigned(this, bits);
  }

  /**
   * The next bytes as one {@code layout}, without consuming them; valid like a {@link Span}. The
   * address is arbitrary, so the members' layouts must have alignment one; they also define the
   * byte order.
   */
  public final MemorySegment peekStruct(MemoryLayout layout)
      throws EndOfStreamException, ReadFailedException {
    if (layout.byteAlignment() != 1) {
      throw new IllegalArgumentException("layout must have alignment 1: " + layout);
    }
    return peek(Math.toIntExact(layout.byteSize())).asSegment();
  }

  /** Consumes the next bytes as one {@code layout}; see {@link #peekStruct}. */
  public final MemorySegment takeStruct(MemoryLayout layout)
      throws EndOfStreamException, ReadFailedException {
    MemorySegment struct = peekStruct(layout);
    seek += (int) struct.byteSize();
    return struct;
  }

  /**
   * The bytes up to and including the delimiter, without consuming them. If it is not within the
   * buffer's length, the stream is too long; a source that cannot detect its end without reading
   * reports the same if the stream ends exactly there.
   */
  public final Span peekDelimiterInclusive(int delimiter)
      throws EndOfStreamException, ReadFailedException, StreamTooLongException {
    return Delimiters.peekInclusive(this, delimiter);
  }

  /** Consumes the bytes up to and including the delimiter. */
  public final Span takeDelimiterInclusive(int delimiter)
      throws EndOfStreamException, ReadFailedException, StreamTooLongException {
    Span span = peekDelimiterInclusive(delimiter);
    seek += span.length();
    return span;
  }

  /**
   * The bytes before the delimiter or the end, without consuming them; throws if there are none
   * left.
   */
  public final Span peekDelimiterExclusive(int delimiter)
      throws EndOfStreamException, ReadFailedException, StreamTooLongException {
    return Delimiters.peekExclusive(this, delimiter);
  }

  /** Consumes the bytes before the delimiter, which stays unread, or the end; throws at the end. */
  public final Span takeDelimiterExclusive(int delimiter)
      throws EndOfStreamException, ReadFailedException, StreamTooLongException {
    Span span = peekDelimiterExclusive(delimiter);
    seek += span.length();
    return span;
  }

  /** Consumes the bytes before the delimiter, and the delimiter, or the rest; null at the end. */
  public final @Nullable Span takeDelimiter(int delimiter)
      throws ReadFailedException, StreamTooLongException {
    return Delimiters.take(this, delimiter);
  }

  // ---- package -----------------------------------------------------------------------------

  private void fillSlow(int n) throws EndOfStreamException, ReadFailedException {
    // Moves the bytes to the front even if n would fit, so that the source can fill the whole
    // buffer and is called as rarely as possible. Fewer than n bytes move.
    rebaseSlow(n);
    while (end - seek < n) {
      int had = end - seek;
      readVecSlow(Slices.EMPTY);
      if (end - seek == had) {
        throw nothingNow();
      }
    }
  }

  private int readOnce(Slices data) throws EndOfStreamException, ReadFailedException {
    try {
      return (int) ReaderBulk.readVec(this, data, 0);
    } finally {
      data.clear();
    }
  }

  private Slices one() {
    Slices data = single;
    if (data == null || data.count() != 0) {
      data = new Slices(1);
      single = data;
    }
    return data;
  }

  final ReadFailedException nothingNow() {
    return new ReadFailedException(
        getClass().getSimpleName()
            + ": the source has no bytes now; "
            + (end - seek)
            + " bytes are in its buffer of "
            + buffer.length);
  }
}
