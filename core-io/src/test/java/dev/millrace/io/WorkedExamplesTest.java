package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The worked examples of the article that Reader and Writer are specified by. */
class WorkedExamplesTest {
  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  @Test
  @DisplayName("Creating a fixed buffer reader: everything is buffered, no hook is needed")
  void fixedReader() throws Exception {
    Reader r = Reader.fixed(ascii("Hello, World!"));
    assertEquals(0, r.seek);
    assertEquals(13, r.end);
    assertEquals("Hello, World!", r.take(13).toString());
    assertThrows(EndOfStreamException.class, r::takeByte);
    assertEquals(13, r.seek);
  }

  @Test
  @DisplayName("The Reader structure: 5 bytes consumed of a 10-byte buffer")
  void readerStructure() throws Exception {
    Reader r = Reader.fixed(ascii("HelloWorld"));
    assertEquals("Hello", r.take(5).toString());
    assertEquals(5, r.seek);
    assertEquals(10, r.end);
    assertEquals("World", r.buffered().toString());
  }

  @Test
  @DisplayName("takeByte, fast path: data in the buffer")
  void takeByteFastPath() throws Exception {
    TestSource r = new TestSource(ascii("ABCDE"), new byte[5]);
    r.fill(5);
    int callsBefore = r.hookCalls;
    assertEquals(0, r.seek);
    assertEquals(5, r.end);

    assertEquals('A', r.takeByte());

    assertEquals(1, r.seek);
    assertEquals(5, r.end);
    assertEquals(callsBefore, r.hookCalls);
  }

  @Test
  @DisplayName("takeByte, slow path: the buffer is empty, one call of the hook refills it")
  void takeByteSlowPath() throws Exception {
    TestSource r = new TestSource(ascii("ABCDEFGHIJ"), new byte[5], 5);
    r.fill(5);
    r.toss(5);
    assertEquals(5, r.seek);
    assertEquals(5, r.end);
    assertEquals(1, r.hookCalls);

    assertEquals('F', r.takeByte());

    assertEquals(2, r.hookCalls);
    assertEquals(1, r.seek);
    assertEquals(5, r.end);
    assertEquals("GHIJ", r.buffered().toString());
  }

  @Test
  @DisplayName("Reading 1 MB with a 4 KB buffer calls the hook 256 times")
  void oneMebibyteIs256Refills() throws Exception {
    byte[] bytes = new byte[1 << 20];
    new SplittableRandom(1).nextBytes(bytes);
    TestSource r = new TestSource(bytes, new byte[4096]);
    for (byte expected : bytes) {
      assertEquals(expected, r.takeByteSigned());
    }
    assertEquals(256, r.hookCalls);
  }

  @Test
  @DisplayName("Reading 1 MB with a 4 KB buffer reads an input stream 256 times")
  void oneMebibyteIs256StreamReads() throws Exception {
    int[] reads = {0};
    Reader r =
        Reader.from(
            new ByteArrayInputStream(new byte[1 << 20]) {
              @Override
              public synchronized int read(byte[] target, int offset, int length) {
                reads[0]++;
                return super.read(target, offset, length);
              }
            },
            4096);
    for (int i = 0; i < 1 << 20; i++) {
      assertEquals(0, r.takeByte());
    }
    assertEquals(256, reads[0]);
  }

  @Test
  @DisplayName("stream hands the reader's own memory to the writer")
  void zeroCopyStreaming() throws Exception {
    byte[] source = ascii("ABCD");
    Reader r = Reader.fixed(source);
    byte[][] seen = new byte[1][];
    Writer w =
        new Writer(new byte[0]) {
          @Override
          protected long drain(Slices data, int splat) {
            seen[0] = data.span(0).array();
            return data.length(0);
          }
        };
    assertEquals(4, r.stream(w, Limit.UNLIMITED));
    assertEquals(System.identityHashCode(source), System.identityHashCode(seen[0]));
    assertEquals(0, r.bufferedLen());
  }

  @Test
  @DisplayName("write, fast path: it fits the buffer")
  void writeFastPath() throws Exception {
    TestSink w = new TestSink(new byte[10]);
    w.writeAll(ascii("Hello"));
    assertEquals(5, w.end);

    assertEquals(1, w.write(ascii("!"), 0, 1));

    assertEquals(6, w.end);
    assertEquals("Hello!", w.buffered().toString());
    assertEquals(0, w.drains);
  }

  @Test
  @DisplayName("write, slow path: the buffer is full and is drained")
  void writeSlowPath() throws Exception {
    TestSink w = new TestSink(new byte[10], 10, Integer.MAX_VALUE);
    w.writeAll(ascii("Hello, Wor"));
    assertEquals(10, w.end);
    assertEquals(0, w.drains);

    w.writeAll(ascii("ld!"));

    assertEquals(1, w.drains);
    assertArrayEquals(ascii("Hello, Wor"), w.taken());
    assertEquals(3, w.end);
    assertEquals("ld!", w.buffered().toString());
  }

  @Test
  @DisplayName("Five one-byte writes and a flush are one drain")
  void fiveOneByteWritesAreOneDrain() throws Exception {
    TestSink w = new TestSink(new byte[10]);
    for (byte b : ascii("Hello")) {
      w.writeByte(b);
    }
    assertEquals(0, w.drains);
    w.flush();
    assertEquals(1, w.drains);
    assertArrayEquals(ascii("Hello"), w.taken());
  }

  @Test
  @DisplayName("Five one-byte writes without a buffer are five drains")
  void fiveUnbufferedWritesAreFiveDrains() throws Exception {
    TestSink w = new TestSink(new byte[0]);
    for (byte b : ascii("Hello")) {
      w.writeByte(b);
    }
    assertEquals(5, w.drains);
    assertArrayEquals(ascii("Hello"), w.taken());
  }

  @Test
  @DisplayName("Fixed buffer writer: fails when it is full")
  void fixedWriter() throws Exception {
    byte[] buffer = new byte[100];
    Writer w = Writer.fixed(buffer);
    w.writeAll(ascii("Hello"));
    w.writeAll(ascii("World"));
    assertEquals("HelloWorld", w.buffered().toString());
    assertEquals('d', buffer[9]);
    assertThrows(WriteFailedException.class, () -> w.writeAll(new byte[91]));
  }

  @Test
  @DisplayName("Allocating writer: 8 bytes for \"Hello\", 16 for \"Hello, World!\"")
  void allocatingWriter() throws Exception {
    AllocatingWriter w = new AllocatingWriter();
    w.writeAll(ascii("Hello"));
    assertEquals(5, w.end);
    assertEquals(8, w.capacity());
    w.writeAll(ascii(", World!"));
    assertEquals(13, w.end);
    assertEquals(16, w.capacity());
    assertEquals("Hello, World!", w.written().toString());
  }
}
