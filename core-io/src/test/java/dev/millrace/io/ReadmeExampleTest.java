package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** The example of the README, between the markers, is this code and does what it says. */
class ReadmeExampleTest {
  // begin
  /** Numbers the lines of {@code in} and returns the checksum of what was written. */
  static long numberLines(InputStream in, OutputStream out) throws IOException {
    CRC32 crc = new CRC32();
    Reader reader = Reader.from(in, 8192);
    Writer writer = Writer.to(out, 8192).hashed(Hasher.of(crc), new byte[256]);
    int number = 0;
    for (Span line; (line = reader.takeDelimiter('\n')) != null; ) {
      writer.printInt(++number, 10, Case.LOWER, Padding.right(6));
      writer.writeByte(' ');
      writer.writeAll(line);
      writer.writeByte('\n');
    }
    writer.flush();
    return crc.getValue();
  }

  // end

  @Test
  void numbersLines() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long crc = numberLines(new ByteArrayInputStream("one\n\nthree".getBytes(US_ASCII)), out);
    assertEquals("     1 one\n     2 \n     3 three\n", out.toString(US_ASCII));
    CRC32 expected = new CRC32();
    expected.update(out.toByteArray());
    assertEquals(expected.getValue(), crc);
  }

  @Test
  void isWhatTheReadmeShows() throws Exception {
    String source =
        Files.readString(Path.of("src/test/java/dev/millrace/io/ReadmeExampleTest.java"), UTF_8);
    String example =
        source
            .substring(source.indexOf("// begin\n") + 9, source.indexOf("  // end\n"))
            .stripTrailing()
            .stripIndent();
    assertTrue(Files.readString(Path.of("README.md"), UTF_8).contains(example), example);
  }
}
