package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendFileTest {
  private static final byte[] BYTES = KindsTest.BYTES;

  private static FileSource open(FileChannel channel) throws Exception {
    FileSource file = FileSource.of(channel, 16);
    assertEquals(BYTES[0], file.reader().takeByteSigned());
    assertEquals(1, file.position());
    return file;
  }

  @Test
  void sendFile(@TempDir Path dir) throws Exception {
    Path path = Files.write(dir.resolve("source"), BYTES);
    byte[] rest = Arrays.copyOfRange(BYTES, 1, BYTES.length);
    byte[] expected = new byte[rest.length + 3];
    System.arraycopy(rest, 0, expected, 3, rest.length);
    for (int kind = 0; kind < 5; kind++) {
      Path copy = dir.resolve("copy" + kind);
      try (FileChannel channel = FileChannel.open(path);
          FileChannel target =
              FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        FileSource file = open(channel);
        TestSink sink = new TestSink(new byte[10], 7);
        AllocatingWriter all = new AllocatingWriter();
        DiscardingWriter discarding = new DiscardingWriter(new byte[5]);
        Writer[] writers = {Writer.to(target, 64), sink, all, discarding, all};
        Writer w = writers[kind];
        w.writeAll(new byte[3]);
        if (kind == 4) {
          assertEquals(rest.length, w.sendFileReadingAll(file, Limit.UNLIMITED));
        } else {
          assertEquals(4_000, w.sendFileAll(file, Limit.limited(4_000)));
          assertEquals(4_001, file.position());
          assertEquals(rest.length - 4_000, w.sendFileAll(file, Limit.UNLIMITED));
        }
        assertEquals(BYTES.length, file.position());
        assertEquals(0, w.sendFileAll(file, Limit.UNLIMITED));
        w.flush();
        byte[][] arrived = {Files.readAllBytes(copy), sink.taken(), all.toByteArray()};
        if (kind == 3) {
          assertEquals(expected.length, discarding.count());
        } else {
          assertArrayEquals(expected, arrived[Math.min(kind, 2 + kind % 2)], "kind " + kind);
        }
      }
    }
  }

  @Test
  void sendFileHeader(@TempDir Path dir) throws Exception {
    Path path = Files.write(dir.resolve("source"), BYTES);
    Span header = Span.of("0123456789".getBytes(US_ASCII));
    for (int room : new int[] {4, 64}) {
      try (FileChannel channel = FileChannel.open(path)) {
        FileSource file = open(channel);
        TestSink w = new TestSink(new byte[room]);
        long n = w.sendFileHeader(header, file, Limit.UNLIMITED);
        // The sink has no sendFile: the header goes, and bytes of the file only if they were ready.
        assertEquals(room < 10 ? 10 + 15 : 10, n);
        assertEquals(
            Writer.UNIMPLEMENTED, w.sendFileHeader(header.slice(0, 0), file, Limit.UNLIMITED));
        w.sendFileReadingAll(file, Limit.UNLIMITED);
        w.flush();
        byte[] taken = w.taken();
        assertEquals("0123456789", Span.of(taken).slice(0, 10).toString());
        assertEquals(
            Span.of(BYTES).slice(1, BYTES.length - 1), Span.of(taken).slice(10, taken.length - 10));
      }
    }
    try (FileChannel channel = FileChannel.open(path)) {
      FileSource file = open(channel);
      AllocatingWriter w = new AllocatingWriter(64, Limit.UNLIMITED);
      assertEquals(10 + 9_999, w.sendFileHeader(header, file, Limit.UNLIMITED));
      assertEquals(10, w.sendFileHeader(header, file, Limit.UNLIMITED));
      assertThrows(
          EndOfStreamException.class,
          () -> w.sendFileHeader(header.slice(0, 0), file, Limit.UNLIMITED));
    }
  }
}
