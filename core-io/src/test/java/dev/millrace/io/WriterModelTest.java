package dev.millrace.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Any sequence of writes, on any kind of writer and any buffer, leaves what appending leaves. */
class WriterModelTest {
  private static final int RUNS = 400;
  private static final int OPERATIONS = 100;

  /** A writer, and what has arrived behind it. */
  record Subject(Writer writer, Supplier<byte[]> arrived) {}

  enum Kind {
    SCRIPTED,
    FIXED,
    ALLOCATING,
    HASHED,
    HASHING,
    OUTPUT_STREAM,
    CHANNEL;

    Subject subject(byte[] buffer, Random random) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      TestSink sink = new TestSink(buffer, random.ints(7, 1, 40).toArray());
      return switch (this) {
        case SCRIPTED -> new Subject(sink, sink::taken);
        case FIXED -> {
          Writer w = Writer.fixed(new byte[1 << 16]);
          yield new Subject(w, () -> w.buffered().toByteArray());
        }
        case ALLOCATING -> {
          AllocatingWriter w = new AllocatingWriter(random.nextInt(9), Limit.UNLIMITED);
          yield new Subject(w, w::toByteArray);
        }
        case HASHED -> {
          Writer w = sink.hashed(out::write, new byte[random.nextInt(20)]);
          yield new Subject(
              w,
              () -> {
                assertArrayEquals(sink.taken(), out.toByteArray());
                return sink.taken();
              });
        }
        case HASHING -> new Subject(new HashingWriter(out::write, buffer), out::toByteArray);
        case OUTPUT_STREAM -> new Subject(Writer.to(out, buffer.length), out::toByteArray);
        case CHANNEL ->
            new Subject(Writer.to(new ShortWrites(out, random), buffer.length), out::toByteArray);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void anySequenceOfWrites(Kind kind) throws Exception {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      byte[] buffer = new byte[random.nextInt(60)];
      Subject subject = kind.subject(buffer, random);
      Writer w = subject.writer;
      AppendModel model = new AppendModel();
      int operation = -1;
      try {
        for (int i = 0; i < OPERATIONS; i++) {
          operation = random.nextInt(17);
          step(w, model, operation, random);
        }
        w.flush();
        assertArrayEquals(model.bytes(), subject.arrived.get());
      } catch (Throwable e) {
        throw new AssertionError(
            "%s, seed %d, operation %d, buffer %d".formatted(kind, seed, operation, buffer.length),
            e);
      }
    }
  }

  private static void step(Writer w, AppendModel m, int operation, Random random) throws Exception {
    byte[] bytes = new byte[random.nextInt(50)];
    random.nextBytes(bytes);
    int value = random.nextInt();
    switch (operation) {
      case 0, 1, 2 -> {
        w.writeByte(value);
        m.add((byte) value);
      }
      case 3 -> m.add(Arrays.copyOf(bytes, w.write(bytes, 0, bytes.length)));
      case 4 -> {
        w.writeAll(bytes);
        m.add(bytes);
      }
      case 5 -> {
        w.writeAll(direct(bytes, 2), 2, bytes.length);
        m.add(bytes);
      }
      case 6 -> {
        ByteBuffer source = random.nextBoolean() ? ByteBuffer.wrap(bytes) : directBuffer(bytes);
        w.writeAll(source);
        assertEquals(0, source.remaining());
        m.add(bytes);
      }
      case 7 -> vec(w, m, bytes, random);
      case 8 -> splat(w, m, bytes, random.nextInt(4));
      case 9 -> {
        int n = random.nextInt(100);
        w.splatByteAll(value, n);
        for (int i = 0; i < n; i++) {
          m.add((byte) value);
        }
      }
      case 10 -> ints(w, m, value);
      case 11 -> {
        w.printInt(value);
        m.add(Integer.toString(value).getBytes(StandardCharsets.US_ASCII));
      }
      case 12 -> m.removeLast(undo(w, random));
      case 13 -> m.add(room(w, bytes, random.nextInt(5)));
      case 14 -> {
        w.printUtf8("é€\uD83D\uDE00" + value);
        m.add(("é€\uD83D\uDE00" + value).getBytes(StandardCharsets.UTF_8));
      }
      case 15 -> partial(w, m, bytes, random.nextInt(4));
      default -> w.flush();
    }
  }

  private static void vec(Writer w, AppendModel m, byte[] bytes, Random random) throws Exception {
    byte[] first = new byte[random.nextInt(5)];
    w.writeVecAll(new Slices(1).add(first, 0, first.length).add(direct(bytes, 0), 0, bytes.length));
    m.add(first);
    m.add(bytes);
  }

  private static void splat(Writer w, AppendModel m, byte[] bytes, int n) throws Exception {
    w.writeSplatAll(Slices.of(new byte[] {9, 8}, bytes), n);
    m.add(new byte[] {9, 8});
    for (int i = 0; i < n; i++) {
      m.add(bytes);
    }
  }

  /** A short splat: what was not taken was not written. */
  private static void partial(Writer w, AppendModel m, byte[] bytes, int n) throws Exception {
    AppendModel whole = new AppendModel();
    whole.add(new byte[] {5});
    for (int i = 0; i < n; i++) {
      whole.add(bytes);
    }
    long written = w.writeSplat(Slices.of(new byte[] {5}, bytes), n);
    m.add(Arrays.copyOf(whole.bytes(), (int) written));
  }

  private static void ints(Writer w, AppendModel m, int value) throws Exception {
    ByteOrder order = value % 2 == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    w.writeShort(value, order);
    w.writeInt(value, order);
    w.writeLong(value * 0x1_0000_0001L, order);
    m.add(
        ByteBuffer.allocate(14)
            .order(order)
            .putShort((short) value)
            .putInt(value)
            .putLong(value * 0x1_0000_0001L)
            .array());
  }

  private static int undo(Writer w, Random random) {
    int n = random.nextInt(w.bufferedLen() + 1);
    w.undo(n);
    return n;
  }

  /** Writes {@code bytes} through the buffer where it has room for them behind what is kept. */
  private static byte[] room(Writer w, byte[] bytes, int preserve) throws Exception {
    int kept = Math.min(preserve, w.bufferedLen());
    if (w.buffer.length - kept < bytes.length) {
      return Bytes.NONE;
    }
    byte[] last = Arrays.copyOfRange(w.buffer, w.end - kept, w.end);
    w.rebase(preserve, bytes.length);
    assertTrue(w.unusedCapacity() >= bytes.length);
    assertArrayEquals(last, Arrays.copyOfRange(w.buffer, w.end - kept, w.end));
    if (preserve % 2 == 0) {
      Span slice = w.writableSlice(bytes.length);
      System.arraycopy(bytes, 0, slice.array(), slice.offset(), bytes.length);
    } else {
      Span slice = w.writableSliceGreedy(bytes.length);
      System.arraycopy(bytes, 0, slice.array(), slice.offset(), bytes.length);
      w.advance(bytes.length);
    }
    return bytes;
  }

  private static MemorySegment direct(byte[] bytes, int offset) {
    MemorySegment segment = Arena.ofAuto().allocate(bytes.length + offset + 1L);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, offset, bytes.length);
    return segment;
  }

  private static ByteBuffer directBuffer(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static final class AppendModel {
    private final AllocatingModel bytes = new AllocatingModel();

    void add(byte b) {
      bytes.write(b);
    }

    void add(byte[] more) {
      bytes.write(more, 0, more.length);
    }

    void removeLast(int n) {
      bytes.truncate(n);
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }
  }

  private static final class AllocatingModel extends ByteArrayOutputStream {
    synchronized void truncate(int n) {
      count -= n;
    }
  }

  /** Takes at most a few bytes of each write, as a socket may. */
  private record ShortWrites(ByteArrayOutputStream out, Random random)
      implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) {
      int n = Math.min(source.remaining(), 1 + random.nextInt(30));
      byte[] bytes = new byte[n];
      source.get(bytes);
      out.write(bytes, 0, n);
      return n;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
