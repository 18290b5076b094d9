package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Failures behind a part of the bytes, repeated calls, and no byte lost or doubled. The channels
 * fail every third time or so and move any part of what they are given otherwise.
 */
class RetryTest {
  private static final byte[] BYTES = KindsTest.BYTES;

  private static final class FailingChannel implements WritableByteChannel, ReadableByteChannel {
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    final Random random;
    int failures;
    int given;

    FailingChannel(long seed) {
      random = new Random(seed);
    }

    private int some(int remaining) throws IOException {
      if (random.nextInt(3) == 0) {
        failures++;
        throw new IOException("no room");
      }
      return random.nextInt(remaining + 1);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      byte[] part = new byte[some(source.remaining())];
      source.get(part);
      taken.writeBytes(part);
      return part.length;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int n = some(Math.min(target.remaining(), BYTES.length - given));
      if (given == BYTES.length) {
        return -1;
      }
      target.put(BYTES, given, n);
      given += n;
      return n;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  /** Writes {@link #BYTES} and flushes, repeating each call that fails with the same bytes. */
  private static void writeRepeating(Writer w, Random random) {
    for (int at = 0; at < BYTES.length; ) {
      int length = Math.min(BYTES.length - at, random.nextInt(700));
      try {
        switch (random.nextInt(4)) {
          case 0 -> at += w.write(BYTES, at, length);
          case 1 -> at += w.write(MemorySegment.ofArray(BYTES), at, length);
          case 2 -> at += w.write(ByteBuffer.wrap(BYTES, at, length));
          default -> {
            int half = length / 2;
            at += (int) w.writeVec(new Slices(2).add(BYTES, at, half).add(BYTES, at + half, half));
          }
        }
      } catch (WriteFailedException repeat) {
        // With the same bytes.
      }
    }
    while (w.bufferedLen() > 0) {
      flush(w);
    }
    flush(w);
  }

  private static void flush(Writer w) {
    try {
      w.flush();
    } catch (WriteFailedException repeat) {
      // By the caller.
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 300, 1000})
  void aFailingChannelGetsEveryByteOnce(int bufferBytes) {
    int failures = 0;
    for (int seed = 0; seed < 30; seed++) {
      FailingChannel channel = new FailingChannel(seed);
      Writer w = Writer.to((WritableByteChannel) channel, bufferBytes);
      writeRepeating(w, new Random(seed));
      assertArrayEquals(BYTES, channel.taken.toByteArray(), "seed " + seed);
      failures += channel.failures;
    }
    assertTrue(failures > 100, "failures: " + failures);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 300})
  void aHasherSeesWhatAFailingChannelGets(int bufferBytes) {
    CRC32 whole = new CRC32();
    whole.update(BYTES);
    for (int seed = 0; seed < 30; seed++) {
      CRC32 crc = new CRC32();
      FailingChannel channel = new FailingChannel(seed);
      Writer out = Writer.to((WritableByteChannel) channel, seed % 2 == 0 ? 0 : 64);
      Writer w = out.hashed(Hasher.of(crc), new byte[bufferBytes]);
      writeRepeating(w, new Random(seed));
      while (out.bufferedLen() > 0) {
        flush(out);
      }
      assertArrayEquals(BYTES, channel.taken.toByteArray(), "seed " + seed);
      assertEquals(whole.getValue(), crc.getValue(), "seed " + seed);
    }
  }

  /** The pattern of a splat that fails in the middle of one of its repetitions. */
  @Test
  void aRepeatedPatternGoesOnWhereItStopped() {
    for (int seed = 0; seed < 100; seed++) {
      FailingChannel channel = new FailingChannel(seed);
      Writer w = Writer.to((WritableByteChannel) channel, seed % 3);
      Slices data = new Slices(2).add(new byte[] {9, 9}, 0, 2).add(new byte[] {1, 2, 3}, 0, 3);
      for (long done = 0; done < 32; ) {
        Slices rest = new Slices(3);
        int times = rest.assignRest(data, 10, done);
        try {
          done += w.writeSplat(rest, times);
        } catch (WriteFailedException repeat) {
          // With the rest.
        }
      }
      while (w.bufferedLen() > 0) {
        flush(w);
      }
      byte[] expected = new byte[32];
      for (int i = 0; i < 32; i++) {
        expected[i] = (byte) (i < 2 ? 9 : (i - 2) % 3 + 1);
      }
      assertArrayEquals(expected, channel.taken.toByteArray(), "seed " + seed);
    }
  }

  /** A hasher sees what a writer that is full has taken, and no byte more. */
  @Test
  void aFullWriterReportsThePartThatFits() throws Exception {
    MemorySegment segment = MemorySegment.ofArray(new byte[10]);
    for (Writer full : new Writer[] {Writer.fixed(new byte[10]), new SegmentWriter(segment)}) {
      CRC32 crc = new CRC32();
      Writer w = full.hashed(Hasher.of(crc), Bytes.NONE);
      assertEquals(8, w.write(BYTES, 0, 8));
      assertEquals(2, w.write(BYTES, 8, 5));
      assertThrows(WriteFailedException.class, () -> w.write(BYTES, 10, 3));
      CRC32 expected = new CRC32();
      expected.update(BYTES, 0, 10);
      assertEquals(expected.getValue(), crc.getValue(), full.getClass().getSimpleName());
    }
    assertEquals(Span.of(BYTES).slice(0, 10), Span.of((byte[]) segment.heapBase().orElseThrow()));
  }

  /** An output stream that fails does not say how much it took, so nothing is written again. */
  @Test
  void anOutputStreamThatFailedIsNotWrittenToAgain() throws Exception {
    for (int bufferBytes : new int[] {0, 4, 16}) {
      ByteArrayOutputStream taken = new ByteArrayOutputStream();
      OutputStream out =
          new OutputStream() {
            @Override
            public void write(int value) throws IOException {
              if (taken.size() == 10) {
                taken.write(value); // it takes the byte, and fails all the same
                throw new IOException("no room");
              }
              taken.write(value);
            }
          };
      Writer w = Writer.to(out, bufferBytes);
      Slices data = new Slices(2).add(BYTES, 0, 6).add(BYTES, 6, 12);
      long written = 0;
      try {
        written = w.writeVec(data);
        w.flush();
      } catch (WriteFailedException full) {
        assertEquals("no room", full.getCause().getMessage());
      }
      assertTrue(written == 0 || written == 6, "bytes written: " + written);
      assertThrows(WriteFailedException.class, () -> w.writeAll(BYTES, 6, 100));
      assertThrows(WriteFailedException.class, w::flush);
      assertArrayEquals(Arrays.copyOf(BYTES, 11), taken.toByteArray());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 300})
  void aFailingSourceGivesEveryByteOnce(int bufferBytes) {
    for (int seed = 0; seed < 30; seed++) {
      FailingChannel channel = new FailingChannel(seed);
      FailingChannel sink = new FailingChannel(seed + 1000);
      CRC32 crc = new CRC32();
      Random random = new Random(seed);
      Reader in = Reader.from((ReadableByteChannel) channel, bufferBytes);
      Reader hashed = in.hashed(Hasher.of(crc), new byte[random.nextInt(2) * 50]);
      Reader r = hashed.limited(Limit.limited(BYTES.length), new byte[random.nextInt(2) * 20]);
      Writer w = Writer.to((WritableByteChannel) sink, random.nextInt(3) * 30);
      byte[] target = new byte[400];
      boolean ended = false;
      while (!ended) {
        try {
          if (random.nextBoolean()) {
            r.stream(w, Limit.limited(1 + random.nextInt(400)));
          } else {
            int n = r.read(target, 0, 1 + random.nextInt(399));
            for (int at = 0; at < n; ) {
              at += writeOnce(w, target, at, n - at);
            }
          }
        } catch (EndOfStreamException end) {
          ended = true;
        } catch (IOException repeat) {
          // The same again.
        }
      }
      while (w.bufferedLen() > 0) {
        flush(w);
      }
      assertArrayEquals(BYTES, sink.taken.toByteArray(), "seed " + seed);
      CRC32 whole = new CRC32();
      whole.update(BYTES);
      assertEquals(whole.getValue(), crc.getValue(), "seed " + seed);
    }
  }

  private static int writeOnce(Writer w, byte[] bytes, int offset, int length) {
    try {
      return w.write(bytes, offset, length);
    } catch (WriteFailedException repeat) {
      return 0;
    }
  }

  @Test
  void aStreamUpToADelimiterConsumesWhatItMoved() {
    byte[] text = new byte[2_000];
    Arrays.fill(text, (byte) 'a');
    text[1_999] = '\n';
    for (int seed = 0; seed < 50; seed++) {
      FailingChannel sink = new FailingChannel(seed);
      Reader r = new TestSource(text, new byte[100], 33);
      Writer w = Writer.to((WritableByteChannel) sink, seed % 2 * 8);
      boolean found = false;
      while (!found) {
        try {
          r.streamDelimiter(w, '\n');
          found = true;
        } catch (WriteFailedException repeat) {
          // From where it stopped.
        } catch (IOException impossible) {
          throw new AssertionError(impossible);
        }
      }
      while (w.bufferedLen() > 0) {
        flush(w);
      }
      assertEquals(1_999, sink.taken.size(), "seed " + seed);
    }
  }

  /** A file whose reads fail now and then, sent with a header to a sink that fails too. */
  @Test
  void aFileIsSentOnceHoweverOftenItFails(@TempDir Path directory) throws Exception {
    Path path = Files.write(directory.resolve("source"), BYTES);
    byte[] header = "header: ".getBytes(US_ASCII);
    byte[] expected = Arrays.copyOf(header, header.length + BYTES.length);
    System.arraycopy(BYTES, 0, expected, header.length, BYTES.length);
    for (int seed = 0; seed < 40; seed++) {
      FailingChannel sink = new FailingChannel(seed);
      Writer w = Writer.to((WritableByteChannel) sink, new int[] {0, 4, 64}[seed % 3]);
      try (FileChannel channel = FileChannel.open(path)) {
        FileSource file = FileSource.of(channel, seed % 2 * 32);
        sendRepeating(w, Span.of(header), file, seed % 5 == 0);
      }
      while (w.bufferedLen() > 0) {
        flush(w);
      }
      assertArrayEquals(expected, sink.taken.toByteArray(), "seed " + seed);
    }
  }

  private static void sendRepeating(Writer w, Span header, FileSource file, boolean reading)
      throws ReadFailedException {
    int written = 0;
    boolean ended = false;
    while (!ended) {
      try {
        if (written < header.length()) {
          Span rest = header.slice(written, header.length() - written);
          written += (int) w.sendFileHeader(rest, file, Limit.UNLIMITED);
        } else if (reading) {
          w.sendFileReading(file, Limit.limited(100));
        } else {
          w.sendFile(file, Limit.UNLIMITED);
        }
      } catch (EndOfStreamException end) {
        ended = true;
      } catch (WriteFailedException repeat) {
        // The header's rest, or the file from its position.
      }
    }
  }

  /** A source that gives a part, then fails, then goes on: nothing of the part is lost. */
  @Test
  void aFailedReadOfAFileLosesNothingThatWasRead() throws Exception {
    FailingChannel channel = new FailingChannel(5);
    Reader reader = Reader.from((ReadableByteChannel) channel, 0);
    FileSource file =
        new FileSource() {
          @Override
          public Reader reader() {
            return reader;
          }

          @Override
          public long position() {
            return channel.given - reader.bufferedLen();
          }

          @Override
          public java.util.OptionalLong size() {
            return java.util.OptionalLong.empty();
          }

          @Override
          public void skip(long n) {
            throw new AssertionError("nothing is skipped");
          }
        };
    AllocatingWriter all = new AllocatingWriter(64, Limit.UNLIMITED);
    int failed = 0;
    while (all.bufferedLen() < BYTES.length) {
      try {
        all.sendFileAll(file, Limit.UNLIMITED);
      } catch (ReadFailedException repeat) {
        failed++;
      }
    }
    assertArrayEquals(BYTES, all.toByteArray());
    assertTrue(failed > 0, "no read failed");
  }
}
