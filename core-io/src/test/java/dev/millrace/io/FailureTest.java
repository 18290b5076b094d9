package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Bad input, ends, full and failing sinks, sources and sinks that do not block. */
class FailureTest {
  /** A sink that takes nothing until it is told to. */
  private static final class Valve extends Writer {
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    boolean open;

    Valve(int bufferBytes) {
      super(new byte[bufferBytes]);
    }

    @Override
    protected long drain(Slices data, int splat) {
      if (!open) {
        return 0;
      }
      taken.write(buffer, 0, end);
      consumeAll();
      for (int i = 0; i < data.count() - 1; i++) {
        taken.writeBytes(data.span(i).toByteArray());
      }
      for (int i = 0; i < splat; i++) {
        taken.writeBytes(data.span(data.count() - 1).toByteArray());
      }
      return data.totalSplat(splat);
    }
  }

  /** A source that has nothing until it is told to. */
  private static final class Tap extends Reader {
    int ready;

    Tap(int bufferBytes) {
      super(new byte[bufferBytes]);
    }

    @Override
    protected long streamSlow(Writer w, Limit limit) throws WriteFailedException {
      int n = w.write(new byte[ready], 0, limit.minInt(ready));
      ready -= n;
      return n;
    }
  }

  @Test
  void aSinkThatTakesNothingNowMakesShortWritesAndClearFailures() throws Exception {
    Valve w = new Valve(4);
    w.writeAll(new byte[] {1, 2, 3});
    assertEquals(0, w.write(new byte[2], 0, 2));
    assertEquals(0, w.writeVec(Slices.of(new byte[2])));
    WriteFailedException e =
        assertThrows(WriteFailedException.class, () -> w.writeAll(new byte[2]));
    assertTrue(e.toString().contains("Valve: the sink accepts no bytes now; 3 bytes"), e::toString);
    w.writeByte(4);
    assertThrows(WriteFailedException.class, () -> w.writeByte(5));
    assertThrows(WriteFailedException.class, () -> w.writeInt(5, ByteOrder.BIG_ENDIAN));
    assertThrows(WriteFailedException.class, () -> w.writeSplatAll(Slices.of(new byte[1]), 9));
    assertThrows(WriteFailedException.class, () -> w.printInt(12345));
    assertThrows(WriteFailedException.class, () -> w.ensureUnusedCapacity(2));
    assertThrows(WriteFailedException.class, w::flush);
    w.open = true;
    w.writeByte(5);
    w.flush();
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, w.taken.toByteArray());
  }

  @Test
  void aSourceThatHasNothingNowMakesShortReadsAndClearFailures() throws Exception {
    Tap r = new Tap(4);
    assertEquals(0, r.read(new byte[3], 0, 3));
    r.fillMore();
    assertEquals(0, r.bufferedLen());
    ReadFailedException e = assertThrows(ReadFailedException.class, r::takeByte);
    assertTrue(e.toString().contains("Tap: the source has no bytes now"), e::toString);
    r.ready = 2;
    assertThrows(ReadFailedException.class, () -> r.takeInt(ByteOrder.BIG_ENDIAN));
    assertEquals(2, r.bufferedLen());
    assertThrows(ReadFailedException.class, () -> r.takeDelimiterInclusive('x'));
    assertThrows(ReadFailedException.class, () -> r.discardAll(3));
    assertThrows(ReadFailedException.class, () -> r.readSliceShort(new byte[9], 0, 9));
    assertThrows(ReadFailedException.class, () -> r.streamRemaining(Writer.failing()));
    r.ready = 4;
    assertEquals(0, r.takeInt(ByteOrder.BIG_ENDIAN));
  }

  @Test
  void aPumpSaysWhichSideStandsStill() {
    Valve shut = new Valve(0);
    assertThrows(
        WriteFailedException.class,
        () -> new TestSource(new byte[9], new byte[4]).streamRemaining(shut));
    assertThrows(WriteFailedException.class, () -> Reader.fixed(new byte[9]).streamExact(shut, 5));
    assertThrows(ReadFailedException.class, () -> new Tap(4).streamRemaining(new Valve(4)));
    Writer nativeSink =
        new Writer(Bytes.NONE) {
          @Override
          public int write(MemorySegment source, long offset, int length) {
            return 0;
          }

          @Override
          protected long drain(Slices data, int splat) {
            return 0;
          }
        };
    Reader nativeSource = Reader.fixed(MemorySegment.ofArray(new byte[9]), Bytes.NONE);
    assertThrows(WriteFailedException.class, () -> nativeSource.streamRemaining(nativeSink));
  }

  @Test
  void aBufferThatCanNeverHoldItIsRefusedAndNothingChanges() throws Exception {
    Reader r = new TestSource(new byte[20], new byte[4]);
    r.takeByte();
    assertThrows(IllegalArgumentException.class, () -> r.peek(5));
    assertThrows(IllegalArgumentException.class, () -> r.takeLong(ByteOrder.BIG_ENDIAN));
    assertEquals(3, r.bufferedLen());
    assertThrows(
        IllegalArgumentException.class, () -> new TestSource(new byte[1], Bytes.NONE).takeByte());
    TestSink w = new TestSink(new byte[4]);
    w.writeAll(new byte[3]);
    assertThrows(IllegalArgumentException.class, () -> w.writableSlice(5));
    assertThrows(IllegalArgumentException.class, () -> w.rebase(3, 2));
    assertEquals(3, w.bufferedLen());
    assertEquals(0, w.drains);
  }

  @Test
  void rangesAreChecked() {
    Reader r = Reader.fixed(new byte[4]);
    Writer w = Writer.fixed(new byte[4]);
    byte[] bytes = new byte[4];
    assertThrows(IndexOutOfBoundsException.class, () -> r.toss(5));
    assertThrows(IndexOutOfBoundsException.class, () -> r.toss(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> r.read(bytes, 2, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> r.readSliceShort(bytes, -1, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> r.takeVarInt(ByteOrder.BIG_ENDIAN, 9));
    assertThrows(IndexOutOfBoundsException.class, () -> w.write(bytes, 1, 4));
    assertThrows(IndexOutOfBoundsException.class, () -> w.writeAll(bytes, 1, 4));
    assertThrows(IndexOutOfBoundsException.class, () -> w.advance(5));
    assertThrows(IndexOutOfBoundsException.class, () -> w.undo(1));
    assertThrows(IllegalArgumentException.class, () -> w.splatByteAll(1, -1));
    assertThrows(IllegalArgumentException.class, () -> w.writeSplat(Slices.of(bytes), -1));
    assertEquals(4, r.bufferedLen());
    assertEquals(0, w.bufferedLen());
  }

  @Test
  void theFixedWriterKeepsWhatFits() throws Exception {
    Writer w = Writer.fixed(new byte[10]);
    assertThrows(WriteFailedException.class, () -> w.writeAll("Hello world!".getBytes(US_ASCII)));
    assertEquals("Hello worl", w.buffered().toString());
    assertThrows(WriteFailedException.class, () -> w.writableSlice(1));
    w.flush();
    w.undo(10);
    assertEquals(0, w.writeSplat(Slices.of(new byte[30]), 0));
    assertThrows(WriteFailedException.class, () -> w.splatBytesAll(new byte[] {7, 8, 9}, 4));
    assertArrayEquals(new byte[] {7, 8, 9, 7, 8, 9, 7, 8, 9, 7}, w.buffered().toByteArray());
  }

  @Test
  void anAllocatingWriterKeepsToItsLimit() throws Exception {
    AllocatingWriter w = new AllocatingWriter(0, Limit.limited(10));
    w.writeAll(new byte[9]);
    assertThrows(WriteFailedException.class, () -> w.writeAll(new byte[2]));
    assertEquals(9, w.bufferedLen());
    w.writeByte(1);
    assertThrows(WriteFailedException.class, () -> w.writeByte(1));
    w.shrinkRetainingCapacity(2);
    assertEquals(2, w.toByteArray().length);
    w.clearRetainingCapacity();
    assertEquals(0, w.written().length());
    assertEquals(10, w.capacity());
  }

  @Test
  void failingKindsFail() {
    byte[] bytes = new byte[1];
    assertThrows(ReadFailedException.class, () -> Reader.failing().takeByte());
    assertThrows(ReadFailedException.class, () -> Reader.failing().discardAll(1));
    assertThrows(ReadFailedException.class, () -> Reader.failing().readSliceAll(bytes));
    assertThrows(
        ReadFailedException.class, () -> Reader.failing().streamRemaining(Writer.failing()));
    assertThrows(EndOfStreamException.class, () -> Reader.ending().takeByte());
    assertThrows(EndOfStreamException.class, () -> Reader.ending().fillMore());
    assertThrows(WriteFailedException.class, () -> Writer.failing().writeByte(1));
    assertThrows(WriteFailedException.class, () -> Writer.failing().writableSlice(1));
    assertThrows(WriteFailedException.class, () -> Writer.failing().writeAll(bytes));
  }

  private static InputStream failing(IOException cause) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw cause;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        throw cause;
      }
    };
  }

  @Test
  void theCauseIsKept() {
    IOException broken = new IOException("broken");
    InputStream in = failing(broken);
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw broken;
          }
        };
    assertSame(
        broken,
        assertThrows(ReadFailedException.class, () -> Reader.from(in, 8).takeByte()).getCause());
    Writer w = Writer.to(out, 8);
    assertSame(
        broken, assertThrows(WriteFailedException.class, () -> w.writeAll(new byte[9])).getCause());
  }

  @Test
  void theRestOfALimitedAllocationCanStillBeRead() throws Exception {
    for (int limit : new int[] {0, 3, 4, 9}) {
      Reader r = new TestSource(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, new byte[4], 3);
      AllocatingWriter list = new AllocatingWriter();
      assertThrows(
          StreamTooLongException.class, () -> r.appendRemaining(list, Limit.limited(limit)));
      assertEquals(limit, list.bufferedLen());
      assertEquals(limit + 1, r.takeByte());
    }
    Reader r = new TestSource(new byte[10], new byte[4], 3);
    assertEquals(10, r.allocRemaining(Limit.limited(10)).length);
    assertThrows(EndOfStreamException.class, r::takeByte);
  }

  @Test
  void aSourceThatOverrunsItsLimitIsNamed() {
    Reader overrun =
        new Reader(new byte[4]) {
          @Override
          protected long streamSlow(Writer w, Limit limit) throws WriteFailedException {
            w.writeAll(new byte[5]);
            return 5;
          }
        };
    assertThrows(IllegalStateException.class, overrun::takeByte);
    Reader lies =
        new Reader(new byte[4]) {
          @Override
          protected long streamSlow(Writer w, Limit limit) throws WriteFailedException {
            w.writeAll(new byte[3]);
            return 2;
          }
        };
    assertThrows(IllegalStateException.class, lies::takeByte);
  }
}
