package dev.millrace.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Any sequence of reads, on any kind of reader and any buffer, gives what an array gives. */
class ReaderModelTest {
  private static final int RUNS = 400;
  private static final int OPERATIONS = 120;
  private static final int DELIMITER = 3;

  enum Kind {
    SCRIPTED,
    FIXED,
    LIMITED,
    HASHED,
    NATIVE,
    INPUT_STREAM,
    CHANNEL;

    Reader reader(byte[] bytes, byte[] buffer, Random random) {
      int[] steps = random.ints(7, 1, 40).toArray();
      return switch (this) {
        case SCRIPTED -> new TestSource(bytes, buffer, steps);
        case FIXED -> Reader.fixed(bytes);
        case LIMITED -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + 50);
          Reader in = new TestSource(longer, new byte[random.nextInt(20)], steps);
          yield in.limited(Limit.limited(bytes.length), buffer);
        }
        case HASHED ->
            new TestSource(bytes, new byte[1 + random.nextInt(20)], steps)
                .hashed((array, offset, length) -> {}, buffer);
        case NATIVE -> {
          MemorySegment segment = Arena.ofAuto().allocate(Math.max(1, bytes.length));
          MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
          yield Reader.fixed(segment.asSlice(0, bytes.length), buffer);
        }
        case INPUT_STREAM -> Reader.from(shortReads(bytes, random), buffer.length);
        case CHANNEL -> Reader.from(Channels.newChannel(shortReads(bytes, random)), buffer.length);
      };
    }

    private static ByteArrayInputStream shortReads(byte[] bytes, Random random) {
      return new ByteArrayInputStream(bytes) {
        @Override
        public synchronized int read(byte[] target, int offset, int length) {
          return super.read(target, offset, Math.min(length, 1 + random.nextInt(30)));
        }
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void anySequenceOfReads(Kind kind) throws Exception {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(300)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) random.nextInt(12);
      }
      byte[] buffer = new byte[8 + random.nextInt(60)];
      Reader r = kind.reader(bytes, buffer, random);
      Model model = new Model(bytes, kind == Kind.FIXED ? Integer.MAX_VALUE : buffer.length);
      int operation = -1;
      try {
        for (int i = 0; i < OPERATIONS; i++) {
          operation = random.nextInt(22);
          step(r, model, operation, random);
        }
        assertArrayEquals(model.rest(), r.allocRemaining(Limit.UNLIMITED));
      } catch (Throwable e) {
        throw new AssertionError(
            "%s, seed %d, operation %d, at %d of %d, buffer %d"
                .formatted(kind, seed, operation, model.at, bytes.length, buffer.length),
            e);
      }
    }
  }

  private static void step(Reader r, Model m, int operation, Random random) throws Exception {
    int n = random.nextInt(9);
    switch (operation) {
      case 0, 1 -> orEnd(m, 1, () -> assertEquals(m.take(1)[0], r.takeByteSigned()));
      case 2 -> orEnd(m, 1, () -> assertEquals(m.peek(1)[0] & 0xff, r.peekByte()));
      case 3 -> orEnd(m, n, () -> assertArrayEquals(m.take(n), r.take(n).toByteArray()));
      case 4 -> orEnd(m, n, () -> assertArrayEquals(m.peek(n), r.peek(n).toByteArray()));
      case 5 -> orEnd(m, 2, () -> assertEquals(wrap(m.take(2), n).getShort(), r.takeShort(by(n))));
      case 6 -> orEnd(m, 4, () -> assertEquals(wrap(m.take(4), n).getInt(), r.takeInt(by(n))));
      case 7 -> orEnd(m, 8, () -> assertEquals(wrap(m.take(8), n).getLong(), r.takeLong(by(n))));
      case 8 -> shortRead(r, m, random.nextInt(100), random.nextBoolean());
      case 9 -> readVecAll(r, m, random);
      case 10 -> assertEquals(m.skip(5L * n), r.discardShort(5L * n));
      case 11 -> discardAll(r, m, 5 * n);
      case 12 -> streamExact(r, m, random);
      case 13 -> oneRead(r, m, random);
      case 14 -> delimiterInclusive(r, m, random.nextBoolean());
      case 15 -> delimiterExclusive(r, m);
      case 16 -> delimiterOrNull(r, m);
      case 17 -> streamDelimiter(r, m, Limit.limited(random.nextInt(40)));
      case 18 -> discardDelimiter(r, m);
      case 19 -> orEnd(m, n, () -> assertTrue(startsWith(m.rest(), r.peekGreedy(n))));
      case 20 -> fillMore(r, m);
      default -> orEnd(m, Math.max(n, 1), () -> varInt(r, m, Math.max(n, 1)));
    }
    byte[] buffered = r.buffered().toByteArray();
    assertArrayEquals(m.peek(Math.min(buffered.length, m.left())), buffered);
  }

  private interface Step {
    void run() throws Exception;
  }

  /** Runs {@code step}, which needs {@code n} bytes, or sees that their lack is reported. */
  private static void orEnd(Model m, int n, Step step) throws Exception {
    if (n <= m.left()) {
      step.run();
    } else {
      int before = m.at;
      assertThrows(
          EndOfStreamException.class,
          () -> {
            byte[] padded = Arrays.copyOf(m.bytes, m.bytes.length + n);
            m.bytes = padded;
            try {
              step.run();
            } finally {
              m.bytes = Arrays.copyOf(padded, padded.length - n);
              m.at = before;
            }
          });
    }
  }

  private static ByteOrder by(int n) {
    return n % 2 == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  private static ByteBuffer wrap(byte[] bytes, int n) {
    return ByteBuffer.wrap(bytes).order(by(n));
  }

  private static void varInt(Reader r, Model m, int n) throws Exception {
    int width = Math.min(n, 8);
    byte[] bytes = m.take(width);
    long expected = 0;
    for (int i = 0; i < width; i++) {
      int index = by(n) == ByteOrder.BIG_ENDIAN ? i : width - 1 - i;
      expected = expected * 256 + (bytes[index] & 0xff);
    }
    assertEquals(expected, r.takeVarInt(by(n), width));
  }

  private static void shortRead(Reader r, Model m, int n, boolean intoNative) throws Exception {
    byte[] expected = m.take(Math.min(n, m.left()));
    byte[] got = new byte[n + 2];
    int count;
    if (intoNative) {
      MemorySegment target = Arena.ofAuto().allocate(n + 2);
      count = r.readSliceShort(target, 1, n);
      MemorySegment.copy(target, ValueLayout.JAVA_BYTE, 0, got, 0, n + 2);
    } else {
      count = r.readSliceShort(got, 1, n);
    }
    assertEquals(expected.length, count);
    assertArrayEquals(expected, Arrays.copyOfRange(got, 1, 1 + count));
    assertEquals(0, got[0]);
    assertEquals(0, got[n + 1]);
  }

  private static void readVecAll(Reader r, Model m, Random random) throws Exception {
    byte[] a = new byte[random.nextInt(20)];
    byte[] b = new byte[random.nextInt(3)];
    byte[] c = new byte[random.nextInt(50)];
    int total = a.length + b.length + c.length;
    if (total > m.left()) {
      m.skip(total);
      assertThrows(EndOfStreamException.class, () -> r.readVecAll(Slices.of(a, b, c)));
    } else {
      r.readVecAll(Slices.of(a, b, c));
      assertArrayEquals(m.take(a.length), a);
      assertArrayEquals(m.take(b.length), b);
      assertArrayEquals(m.take(c.length), c);
    }
  }

  private static void discardAll(Reader r, Model m, int n) throws Exception {
    if (m.left() < n) {
      m.skip(n);
      assertThrows(EndOfStreamException.class, () -> r.discardAll(n));
    } else {
      m.skip(n);
      r.discardAll(n);
    }
  }

  private static void streamExact(Reader r, Model m, Random random) throws Exception {
    int n = random.nextInt(60);
    TestSink w = new TestSink(new byte[random.nextInt(30)], random.ints(5, 1, 30).toArray());
    byte[] expected = m.take(Math.min(n, m.left()));
    if (expected.length < n) {
      assertThrows(EndOfStreamException.class, () -> r.streamExact(w, n));
    } else {
      r.streamExact(w, n);
    }
    w.flush();
    assertArrayEquals(expected, w.taken());
  }

  private static void oneRead(Reader r, Model m, Random random) throws Exception {
    ByteBuffer target =
        random.nextBoolean() ? ByteBuffer.allocate(20) : ByteBuffer.allocateDirect(20);
    target.position(3).limit(3 + random.nextInt(17));
    int room = target.remaining();
    if (m.left() == 0 && room > 0) {
      assertThrows(EndOfStreamException.class, () -> r.read(target));
      return;
    }
    int n = r.read(target);
    assertTrue(room == 0 ? n == 0 : n >= 1 && n <= room, "read " + n + " of " + room);
    assertEquals(3 + n, target.position());
    byte[] got = new byte[n];
    target.get(3, got);
    assertArrayEquals(m.take(n), got);
  }

  private static void delimiterInclusive(Reader r, Model m, boolean take) throws Exception {
    int found = m.find(DELIMITER);
    if (found >= 0 && found < m.capacity) {
      Span span = take ? r.takeDelimiterInclusive(DELIMITER) : r.peekDelimiterInclusive(DELIMITER);
      assertArrayEquals(m.peek(found + 1), span.toByteArray());
      m.skip(take ? found + 1 : 0);
      return;
    }
    Exception e = assertThrows(IOException.class, () -> r.takeDelimiterInclusive(DELIMITER));
    assertNotFound(m, found, e);
  }

  /** Which of the two a source says that ends exactly where its buffer does is left to it. */
  private static void assertNotFound(Model m, int found, Exception e) {
    boolean ended = found < 0 && m.left() <= m.capacity;
    if (ended && m.left() < m.capacity) {
      assertEquals(EndOfStreamException.class, e.getClass());
    } else if (!ended) {
      assertEquals(StreamTooLongException.class, e.getClass());
    }
  }

  private static void delimiterExclusive(Reader r, Model m) throws Exception {
    int found = m.find(DELIMITER);
    boolean fits = found >= 0 && found < m.capacity;
    boolean rest = found < 0 && m.left() < m.capacity && m.left() > 0;
    if (fits || rest) {
      byte[] expected = fits ? m.take(found) : m.take(m.left());
      assertArrayEquals(expected, r.takeDelimiterExclusive(DELIMITER).toByteArray());
    } else if (found >= 0 || m.left() != m.capacity) {
      Exception e = assertThrows(IOException.class, () -> r.takeDelimiterExclusive(DELIMITER));
      assertNotFound(m, found, e);
    }
  }

  private static void delimiterOrNull(Reader r, Model m) throws Exception {
    int found = m.find(DELIMITER);
    if (found >= m.capacity || (found < 0 && m.left() > m.capacity)) {
      assertThrows(StreamTooLongException.class, () -> r.takeDelimiter(DELIMITER));
    } else if (found >= 0 || m.left() < m.capacity) {
      byte @Nullable [] expected =
          found >= 0 ? m.take(found) : m.left() == 0 ? null : m.take(m.left());
      m.skip(found >= 0 ? 1 : 0);
      Span span = r.takeDelimiter(DELIMITER);
      assertArrayEquals(expected, span == null ? null : span.toByteArray());
    }
  }

  private static void streamDelimiter(Reader r, Model m, Limit limit) throws Exception {
    int found = m.find(DELIMITER);
    TestSink w = new TestSink(new byte[5]);
    int until = found < 0 ? m.left() : found;
    if (until >= limit.bytes()) {
      byte[] expected = m.take((int) limit.bytes());
      assertThrows(StreamTooLongException.class, () -> r.streamDelimiterLimit(w, DELIMITER, limit));
      w.flush();
      assertArrayEquals(expected, w.taken());
    } else {
      byte[] expected = m.take(until);
      assertEquals(until, r.streamDelimiterLimit(w, DELIMITER, limit));
      w.flush();
      assertArrayEquals(expected, w.taken());
      assertEquals(found < 0, r.bufferedLen() == 0);
    }
  }

  private static void discardDelimiter(Reader r, Model m) throws Exception {
    int found = m.find(DELIMITER);
    if (found < 0) {
      m.skip(m.left());
      assertThrows(EndOfStreamException.class, () -> r.discardDelimiterInclusive(DELIMITER));
    } else {
      m.skip(found + 1);
      assertEquals(found + 1, r.discardDelimiterInclusive(DELIMITER));
    }
  }

  private static void fillMore(Reader r, Model m) throws Exception {
    int had = r.bufferedLen();
    if (had == r.buffer.length) {
      return;
    }
    if (had == m.left()) {
      assertThrows(EndOfStreamException.class, r::fillMore);
    } else {
      r.fillMore();
      assertTrue(r.bufferedLen() > had);
    }
  }

  private static boolean startsWith(byte[] whole, Span beginning) {
    return Span.of(whole).slice(0, beginning.length()).equals(beginning);
  }

  /** What is left of an array. */
  private static final class Model {
    byte[] bytes;
    final int capacity;
    int at;

    Model(byte[] bytes, int capacity) {
      this.bytes = bytes;
      this.capacity = capacity;
    }

    int left() {
      return bytes.length - at;
    }

    byte[] rest() {
      return peek(left());
    }

    byte[] peek(int n) {
      return Arrays.copyOfRange(bytes, at, at + n);
    }

    byte[] take(int n) {
      byte[] taken = peek(n);
      at += n;
      return taken;
    }

    long skip(long n) {
      int moved = (int) Math.min(n, left());
      at += moved;
      return moved;
    }

    int find(int value) {
      return Span.of(rest()).indexOf(value);
    }
  }
}
