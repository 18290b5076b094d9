package dev.millrace.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of reader and writer without a buffer: unbuffered, and correct. */
class ZeroLengthBufferTest {
  private static final byte[] BYTES = KindsTest.BYTES;

  /** A writer without a buffer, and what has reached its sink. */
  private record Out(Writer writer, Supplier<byte[]> taken) {}

  private static Named<Supplier<Out>> out(String name, Supplier<Out> make) {
    return Named.of(name, make);
  }

  static Stream<Arguments> writers() {
    return Stream.of(
            out(
                "output stream",
                () -> {
                  ByteArrayOutputStream taken = new ByteArrayOutputStream();
                  return new Out(Writer.to(taken, 0), taken::toByteArray);
                }),
            out(
                "channel",
                () -> {
                  ByteArrayOutputStream taken = new ByteArrayOutputStream();
                  return new Out(Writer.to(Channels.newChannel(taken), 0), taken::toByteArray);
                }),
            out(
                "segment",
                () -> {
                  byte[] target = new byte[4 * BYTES.length];
                  SegmentWriter w = new SegmentWriter(MemorySegment.ofArray(target));
                  return new Out(w, () -> Arrays.copyOf(target, (int) w.position()));
                }),
            out(
                "allocating",
                () -> {
                  AllocatingWriter w = new AllocatingWriter();
                  return new Out(w, w::toByteArray);
                }),
            out(
                "hashed",
                () -> {
                  TestSink sink = new TestSink(Bytes.NONE, 99);
                  return new Out(sink.hashed(Hasher.of(new CRC32()), Bytes.NONE), sink::taken);
                }),
            out(
                "hashing",
                () -> {
                  ByteArrayOutputStream shown = new ByteArrayOutputStream();
                  return new Out(new HashingWriter(shown::write, Bytes.NONE), shown::toByteArray);
                }),
            out(
                "one's own",
                () -> {
                  TestSink sink = new TestSink(Bytes.NONE, 5, 1);
                  return new Out(sink, sink::taken);
                }))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("writers")
  void writersPassEverythingOn(Supplier<Out> make) throws Exception {
    Out out = make.get();
    Writer w = out.writer();
    AllocatingWriter expected = new AllocatingWriter();
    for (Writer each : new Writer[] {w, expected}) {
      each.writeByte(1);
      each.writeAll(BYTES);
      each.writeAll(MemorySegment.ofArray(BYTES), 10, 500);
      each.writeAll(ByteBuffer.wrap(BYTES, 20, 30));
      each.writeAll(new byte[0]);
      each.writeVecAll(new Slices(2).add(BYTES, 0, 3).add(BYTES, 7, 0));
      each.splatBytesAll(new byte[] {1, 2, 3}, 50);
      each.splatByteAll(9, 100);
      each.writeInt(0x01020304, ByteOrder.BIG_ENDIAN);
      each.printInt(-12345);
      Reader.fixed(BYTES).streamRemaining(each);
      new TestSource(BYTES, Bytes.NONE, 77).streamRemaining(each);
      each.flush();
    }
    assertEquals(0, w.write(BYTES, 0, 0));
    assertArrayEquals(expected.toByteArray(), out.taken().get());
  }

  @Test
  void writersWithoutRoomForAnythingFail() {
    MemorySegment none = MemorySegment.ofArray(new byte[0]);
    for (Writer w :
        new Writer[] {Writer.fixed(Bytes.NONE), new SegmentWriter(none), Writer.failing()}) {
      assertThrows(WriteFailedException.class, () -> w.writeByte(1));
      assertThrows(WriteFailedException.class, () -> w.writeAll(BYTES));
    }
  }

  @Test
  void aCounterCounts() throws Exception {
    DiscardingWriter w = new DiscardingWriter(Bytes.NONE);
    w.writeAll(BYTES);
    w.writeByte(1);
    w.flush();
    assertEquals(BYTES.length + 1, w.count());
  }

  static Stream<Arguments> readers() {
    MemorySegment segment = Arena.ofAuto().allocate(BYTES.length);
    MemorySegment.copy(BYTES, 0, segment, ValueLayout.JAVA_BYTE, 0, BYTES.length);
    Supplier<Reader> source = () -> new TestSource(BYTES, Bytes.NONE, 99, 1);
    return Stream.<Named<Supplier<Reader>>>of(
            Named.of("input stream", () -> Reader.from(new ByteArrayInputStream(BYTES), 0)),
            Named.of(
                "channel",
                () -> Reader.from(Channels.newChannel(new ByteArrayInputStream(BYTES)), 0)),
            Named.of("segment", () -> Reader.fixed(segment, Bytes.NONE)),
            Named.of(
                "limited", () -> source.get().limited(Limit.limited(BYTES.length), Bytes.NONE)),
            Named.of("hashed", () -> source.get().hashed(Hasher.of(new CRC32()), Bytes.NONE)),
            Named.of("one's own", source))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("readers")
  void readersGiveEverythingAndEndOnce(Supplier<Reader> make) throws Exception {
    byte[] target = new byte[BYTES.length];
    make.get().readSliceAll(target);
    assertArrayEquals(BYTES, target);

    MemorySegment nativeTarget = Arena.ofAuto().allocate(BYTES.length);
    assertEquals(BYTES.length, make.get().readSliceShort(nativeTarget, 0, BYTES.length));
    assertArrayEquals(BYTES, nativeTarget.toArray(ValueLayout.JAVA_BYTE));

    AllocatingWriter all = new AllocatingWriter();
    Reader streamed = make.get();
    assertEquals(BYTES.length, streamed.streamRemaining(all));
    assertArrayEquals(BYTES, all.toByteArray());
    assertThrows(EndOfStreamException.class, () -> streamed.read(target, 0, 1));

    TestSink unbuffered = new TestSink(Bytes.NONE, 33);
    make.get().streamRemaining(unbuffered);
    assertArrayEquals(BYTES, unbuffered.taken());

    assertEquals(BYTES.length, make.get().discardRemaining());
    assertArrayEquals(BYTES, make.get().asInputStream().readAllBytes());
  }

  /** What needs a buffer says so, and nothing is consumed. */
  @ParameterizedTest
  @MethodSource("readers")
  void whatNeedsABufferIsRefused(Supplier<Reader> make) throws Exception {
    Reader r = make.get();
    assertThrows(IllegalArgumentException.class, r::takeByte);
    assertThrows(IllegalArgumentException.class, () -> r.peek(1));
    assertThrows(IllegalArgumentException.class, r::fillMore);
    assertThrows(IllegalArgumentException.class, () -> r.streamDelimiter(Writer.failing(), 'x'));
    byte[] target = new byte[BYTES.length];
    r.readSliceAll(target);
    assertArrayEquals(BYTES, target);
  }

  /** Whether a byte follows the limit is found out without a buffer, and the byte is kept. */
  @ParameterizedTest
  @MethodSource("readers")
  void aLimitedAllocationTellsWhetherMoreFollows(Supplier<Reader> make) throws Exception {
    assertEquals(BYTES.length, make.get().allocRemaining(Limit.limited(BYTES.length)).length);
    Reader r = make.get();
    AllocatingWriter list = new AllocatingWriter();
    assertThrows(StreamTooLongException.class, () -> r.appendRemaining(list, Limit.limited(4_000)));
    assertArrayEquals(Arrays.copyOf(BYTES, 4_000), list.toByteArray());
    byte[] rest = new byte[BYTES.length - 4_000];
    r.readSliceAll(rest);
    assertArrayEquals(Arrays.copyOfRange(BYTES, 4_000, BYTES.length), rest);
  }
}
