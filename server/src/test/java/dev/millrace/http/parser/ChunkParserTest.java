package dev.millrace.http.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.http.parser.BadChunks.BadChunk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChunkParserTest {
  /** The last step, the reason, the number of bytes parsed, and the data. */
  private record Outcome(ChunkParser.Step step, String reason, int length, String data) {}

  /** Feeds chunks of input that end at {@code ends}. */
  private static Outcome feed(byte[] bytes, int... ends) {
    ChunkParser parser = new ChunkParser(HttpLimits.DEFAULT);
    StringBuilder data = new StringBuilder();
    ChunkParser.Step step = ChunkParser.Step.NEED_MORE;
    int at = 0;
    for (int end : ends) {
      while (at < end) {
        if (parser.dataBytes() > 0) {
          int n = (int) Math.min(end - at, parser.dataBytes());
          data.append(new String(bytes, at, n, StandardCharsets.ISO_8859_1));
          parser.passed(n);
          at += n;
          continue;
        }
        step = parser.parse(bytes, at, end);
        at = parser.position();
        if (step == ChunkParser.Step.END || step == ChunkParser.Step.REJECTED) {
          String reason = step == ChunkParser.Step.END ? "" : parser.reason().name();
          return new Outcome(step, reason, at, data.toString());
        }
      }
    }
    return new Outcome(step, "", at, data.toString());
  }

  private static Outcome parseAtEverySplit(String raw) {
    byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
    Outcome whole = feed(bytes, bytes.length);
    int[] all = new int[bytes.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i + 1;
      assertEquals(whole, feed(bytes, i, bytes.length), "cut at " + i);
    }
    assertEquals(whole, feed(bytes, all), "byte by byte");
    return whole;
  }

  static List<BadChunk> badChunks() {
    return BadChunks.all();
  }

  @ParameterizedTest
  @MethodSource("badChunks")
  void badChunksAreRejectedForTheirReasonAtEverySplit(BadChunk row) {
    Outcome outcome = parseAtEverySplit(row.raw());
    assertEquals(ChunkParser.Step.REJECTED, outcome.step());
    assertEquals(row.reason().name(), outcome.reason());
  }

  @Test
  void validBodiesAreAcceptedAndLaterBytesAreNotConsumed() {
    assertAccepted("", "0\r\n\r\n");
    assertAccepted("", "0000000000000000\r\n\r\n");
    assertAccepted("hello", "5\r\nhello\r\n0\r\n\r\n");
    assertAccepted("hello", "0005\r\nhello\r\n00\r\n\r\n");
    assertAccepted("0123456789abcdef\r\n", "10\r\n0123456789abcdef\r\n2\r\n\r\n\r\n0\r\n\r\n");
    assertAccepted("0123456789", "A\r\n0123456789\r\n0\r\n\r\n");
    assertAccepted("ab", "1;a\r\na\r\n1;a=b;c=\"d e\\\"\\\\;\t\u00e4\";f\r\nb\r\n0;z\r\n\r\n");
    assertAccepted("", "0\r\nExpires: never\r\nX-Checksum:\r\n\r\n");
    assertAccepted("", "0\r\n" + "n".repeat(100) + ": x\r\n\r\n");
    assertAccepted("", "0\r\nA: " + "x".repeat(8192 - 5) + "\r\n\r\n");
    assertAccepted("x".repeat(128), "1;abcdefg\r\nx\r\n".repeat(128) + "0\r\n\r\n");
  }

  private static void assertAccepted(String data, String raw) {
    Outcome expected = new Outcome(ChunkParser.Step.END, "", raw.length(), data);
    assertEquals(expected, parseAtEverySplit(raw));
    assertEquals(expected, parseAtEverySplit(raw + "GET / HTTP/1.1\r\n"));
  }

  @Test
  void dataBytesCountsDownFromTheChunkSize() {
    ChunkParser parser = new ChunkParser(HttpLimits.DEFAULT);
    byte[] size = "fffffffffffff\r\n".getBytes(StandardCharsets.US_ASCII);
    assertEquals(ChunkParser.Step.DATA, parser.parse(size, 0, size.length));
    assertEquals((1L << 52) - 1, parser.dataBytes());
    parser.passed((1L << 52) - 3);
    assertEquals(2, parser.dataBytes());
    assertThrows(IllegalArgumentException.class, () -> parser.passed(3));
    parser.reset();
    assertEquals(0, parser.dataBytes());
  }
}
