package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KindsTest {
  static final byte[] BYTES = new byte[10_000];

  static {
    for (int i = 0; i < BYTES.length; i++) {
      BYTES[i] = (byte) ((i * 31) >>> 3);
    }
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  @Test
  void limitedEndsAndLeavesTheRest() throws Exception {
    Reader in = Reader.fixed("i'm dying".getBytes(US_ASCII));
    LimitedReader r = in.limited(Limit.limited(5), Bytes.NONE);
    byte[] two = new byte[2];
    r.readSliceAll(two);
    r.readSliceAll(two);
    assertEquals(1, r.remaining().bytes());
    assertThrows(EndOfStreamException.class, () -> r.readSliceAll(two));
    assertEquals("ying", in.buffered().toString());
  }

  @Test
  void hashingHashedAndDiscardingSeeEveryByteOnce() throws Exception {
    CRC32 read = new CRC32();
    CRC32 written = new CRC32();
    CRC32 terminal = new CRC32();
    Reader in = Reader.fixed(BYTES).hashed(Hasher.of(read), Bytes.NONE);
    AllocatingWriter all = new AllocatingWriter();
    Writer out = all.hashed(Hasher.of(written), new byte[100]);
    in.streamExact(out, 5_000);
    out.flush();
    assertEquals(5_000, in.discardRemaining());
    assertEquals(crc(BYTES), read.getValue());
    assertEquals(crc(Arrays.copyOf(BYTES, 5_000)), written.getValue());
    assertArrayEquals(Arrays.copyOf(BYTES, 5_000), all.toByteArray());

    Writer hashing = new HashingWriter(Hasher.of(terminal), new byte[64]);
    hashing.writeAll(BYTES);
    hashing.splatByteAll(1, 1_000);
    hashing.flush();
    byte[] expected = Arrays.copyOf(BYTES, 11_000);
    Arrays.fill(expected, 10_000, 11_000, (byte) 1);
    assertEquals(crc(expected), terminal.getValue());

    DiscardingWriter count = new DiscardingWriter(new byte[7]);
    count.writeAll(BYTES);
    count.splatByteAll(1, 50);
    count.writeByte(1);
    assertEquals(10_051, count.count());
  }

  @Test
  void structsHaveTheirLayout() throws Exception {
    StructLayout layout =
        MemoryLayout.structLayout(
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN),
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    AllocatingWriter w = new AllocatingWriter();
    w.writeByte(9);
    MemorySegment struct = Arena.ofAuto().allocate(layout);
    struct.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 0, (short) 0x102);
    struct.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 2, 0x03040506);
    w.writeStruct(struct, layout);
    assertArrayEquals(new byte[] {9, 1, 2, 6, 5, 4, 3}, w.toByteArray());

    Reader r = new TestSource(w.toByteArray(), new byte[8], 2);
    r.toss(0);
    r.takeByte();
    assertEquals(-1, struct.mismatch(r.peekStruct(layout)));
    assertEquals(-1, struct.mismatch(r.takeStruct(layout)));
    assertThrows(EndOfStreamException.class, () -> r.takeStruct(layout));
    assertThrows(IllegalArgumentException.class, () -> r.takeStruct(ValueLayout.JAVA_INT));
  }

  /** Native bytes reach a sink that can take them without a heap array in between, and back. */
  @Test
  void nativeMemoryIsCopiedOnce() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(BYTES.length);
      MemorySegment.copy(BYTES, 0, source, ValueLayout.JAVA_BYTE, 0, BYTES.length);
      MemorySegment target = arena.allocate(BYTES.length);
      boolean[] heapSeen = {false};
      long[] at = {0};
      Writer staging =
          new Writer(new byte[64]) {
            @Override
            public int write(MemorySegment bytes, long offset, int length) {
              heapSeen[0] |= bytes.heapBase().isPresent();
              MemorySegment.copy(bytes, offset, target, at[0], length);
              at[0] += length;
              return length;
            }

            @Override
            protected long drain(Slices data, int splat) {
              throw new AssertionError("a heap array was drained");
            }
          };
      staging.writeAll(source, 0, 1_000);
      staging.writeAll(source.asSlice(1_000, 1_000).asByteBuffer());
      Reader.fixed(source.asSlice(2_000), Bytes.NONE).streamRemaining(staging);
      assertEquals(BYTES.length, at[0]);
      assertFalse(heapSeen[0]);
      assertEquals(-1, source.mismatch(target));
      assertEquals(0, staging.bufferedLen());

      target.fill((byte) 0);
      SegmentWriter w = new SegmentWriter(target);
      Reader.fixed(BYTES).streamRemaining(w);
      assertEquals(BYTES.length, w.position());
      assertEquals(-1, source.mismatch(target));
      assertThrows(WriteFailedException.class, () -> w.writeByte(1));

      target.fill((byte) 0);
      Reader nativeReader = Reader.fixed(source, new byte[64]);
      assertEquals(BYTES.length, nativeReader.readSliceShort(target, 0, BYTES.length));
      assertEquals(0, nativeReader.end);
      assertEquals(-1, source.mismatch(target));
    }
  }

  @Test
  void streamsBothWays() throws Exception {
    Reader source = new TestSource(BYTES, new byte[100], 77);
    InputStream in = source.asInputStream();
    assertEquals(BYTES[0], in.read());
    assertEquals(76, in.available());
    assertEquals(9, in.skip(9));
    byte[] some = in.readNBytes(500);
    assertArrayEquals(Arrays.copyOfRange(BYTES, 10, 510), some);
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    assertEquals(BYTES.length - 510, in.transferTo(rest));
    assertArrayEquals(Arrays.copyOfRange(BYTES, 510, BYTES.length), rest.toByteArray());
    assertEquals(-1, in.read());
    in.close();
    assertThrows(IOException.class, in::read);

    TestSink sink = new TestSink(new byte[100]);
    OutputStream out = sink.asOutputStream();
    out.write(BYTES[0]);
    out.write(BYTES, 1, 20);
    assertEquals(0, sink.drains);
    out.close();
    out.close();
    assertArrayEquals(Arrays.copyOf(BYTES, 21), sink.taken());
    assertThrows(IOException.class, () -> out.write(1));
  }

  @Test
  void channelsBothWays() throws Exception {
    TestSink sink = new TestSink(new byte[100]);
    WritableByteChannel out = sink.asChannel();
    ReadableByteChannel in = new TestSource(BYTES, new byte[100], 77).asChannel();
    ByteBuffer buffer = ByteBuffer.allocateDirect(333);
    while (in.read(buffer) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        assertTrue(out.write(buffer) > 0);
      }
      buffer.clear();
    }
    out.close();
    in.close();
    assertArrayEquals(BYTES, sink.taken());
    assertFalse(in.isOpen() || out.isOpen());
    assertThrows(ClosedChannelException.class, () -> in.read(buffer));
    assertThrows(ClosedChannelException.class, () -> out.write(buffer));
  }

  @Test
  void nothingNeedsABufferThatCanDoWithout(@TempDir Path dir) throws Exception {
    CRC32 crc = new CRC32();
    Reader hashed = new TestSource(BYTES, Bytes.NONE, 99).hashed(Hasher.of(crc), Bytes.NONE);
    assertEquals(BYTES.length, hashed.discardRemaining());
    assertEquals(crc(BYTES), crc.getValue());

    InputStream in = new TestSource(BYTES, Bytes.NONE, 99).asInputStream();
    assertEquals(BYTES[0] & 0xff, in.read());
    assertArrayEquals(Arrays.copyOfRange(BYTES, 1, BYTES.length), in.readAllBytes());
    assertEquals(-1, in.read());

    TestSink sink = new TestSink(Bytes.NONE, 33);
    try (FileChannel channel = FileChannel.open(Files.write(dir.resolve("source"), BYTES))) {
      assertEquals(5, sink.sendFileAll(FileSource.of(channel, 0), Limit.limited(5)));
    }
    assertArrayEquals(Arrays.copyOf(BYTES, 5), sink.taken());

    TestSink piped = new TestSink(Bytes.NONE, 33);
    Reader piping = Reader.from(new TestSource(BYTES, Bytes.NONE, 99).asChannel(), 0);
    assertEquals(BYTES.length, piping.streamRemaining(piped));
    assertArrayEquals(BYTES, piped.taken());
  }

  /** Records how much each read of an input stream asked for. */
  private static final class Asked extends ByteArrayInputStream {
    final List<Integer> lengths = new ArrayList<>();

    Asked() {
      super(BYTES);
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) {
      lengths.add(length);
      return super.read(target, offset, length);
    }
  }

  @Test
  void anUnbufferedReaderReadsNothingAhead() throws Exception {
    Asked in = new Asked();
    Reader r = Reader.from(in, 0);
    TestSink all = new TestSink(Bytes.NONE);
    assertEquals(5, r.stream(all, Limit.limited(5)));
    assertEquals(List.of(5), in.lengths);
    assertEquals(0, r.buffer.length);
    // What a sink did not take is kept, and nothing more is read before it has gone.
    TestSink some = new TestSink(Bytes.NONE, 3);
    assertEquals(3, r.stream(some, Limit.limited(10)));
    assertEquals(7, r.bufferedLen());
    assertEquals(3, r.stream(some, Limit.limited(10)));
    assertEquals(List.of(5, 10), in.lengths);
    assertArrayEquals(Arrays.copyOfRange(BYTES, 5, 11), some.taken());
    r.streamExact(all, 100);
    assertArrayEquals(Arrays.copyOfRange(BYTES, 11, 111), Arrays.copyOfRange(all.taken(), 5, 105));
  }

  @Test
  void aPumpReadsIntoWhicheverBufferHasMoreRoom() throws Exception {
    Asked in = new Asked();
    Reader r = Reader.from(in, 64);
    TestSink w = new TestSink(new byte[128]);
    w.writeAll(new byte[125]);
    r.stream(w, Limit.UNLIMITED);
    r.stream(w, Limit.UNLIMITED);
    assertEquals(List.of(64, 128), in.lengths);
    w.flush();
    assertArrayEquals(Arrays.copyOf(BYTES, 192), Arrays.copyOfRange(w.taken(), 125, 125 + 192));
  }

  @Test
  void aSourceMayServeTheTargetAndTheBufferAtOnce() throws Exception {
    Reader r =
        new Reader(new byte[8]) {
          @Override
          protected long streamSlow(Writer w, Limit limit) {
            throw new AssertionError("only vectors");
          }

          @Override
          protected long readVecSlow(Slices data) {
            data.copyFrom(0, 0, BYTES, 0, 3);
            seek = 0;
            end = 4;
            System.arraycopy(BYTES, 3, buffer, 0, 4);
            return 3;
          }
        };
    byte[] target = new byte[6];
    assertEquals(6, r.read(target, 0, 6));
    assertArrayEquals(Arrays.copyOf(BYTES, 6), target);
    assertEquals(BYTES[6], r.takeByteSigned());
  }
}
