package dev.millrace.http.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.parser.BadHeads.BadHead;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadParserTest {
  private static final String END = "\r\n\r\n";

  /** The status, the reason and the number of bytes parsed. */
  private record Outcome(ParseStatus verdict, String reason, int length) {}

  private static byte[] bytes(String raw) {
    return raw.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Outcome outcome(HeadParser parser, ParseStatus verdict) {
    String reason = verdict == ParseStatus.REJECTED ? parser.reason().name() : "";
    return new Outcome(verdict, reason, parser.length());
  }

  private static Outcome whole(String raw) {
    HeadParser parser = new HeadParser(HttpLimits.DEFAULT);
    byte[] bytes = bytes(raw);
    return outcome(parser, parser.parse(bytes, 0, bytes.length));
  }

  /** Parses in two steps; for the second step the bytes move to another offset. */
  private static Outcome parseInTwoSteps(HeadParser parser, byte[] bytes, int at) {
    parser.reset();
    if (parser.parse(bytes, 0, at) != ParseStatus.NEED_MORE) {
      ParseStatus first = parser.parse(bytes, 0, at);
      return outcome(parser, first);
    }
    byte[] moved = new byte[bytes.length + 7];
    System.arraycopy(bytes, 0, moved, 7, bytes.length);
    return outcome(parser, parser.parse(moved, 7, moved.length));
  }

  private static Outcome byteByByte(byte[] bytes) {
    HeadParser parser = new HeadParser(HttpLimits.DEFAULT);
    ParseStatus verdict = ParseStatus.NEED_MORE;
    for (int i = 1; i <= bytes.length && verdict == ParseStatus.NEED_MORE; i++) {
      verdict = parser.parse(bytes, 0, i);
    }
    return outcome(parser, verdict);
  }

  private static void assertSameAtEverySplit(String raw) {
    Outcome whole = whole(raw);
    byte[] bytes = bytes(raw);
    assertEquals(whole, byteByByte(bytes), "byte by byte");
    HeadParser parser = new HeadParser(HttpLimits.DEFAULT);
    int step = Math.max(1, bytes.length / 2_000);
    for (int at = 0; at <= bytes.length; at += step) {
      assertEquals(whole, parseInTwoSteps(parser, bytes, at), "cut at " + at);
    }
  }

  static List<BadHead> badHeads() {
    return BadHeads.all();
  }

  @ParameterizedTest
  @MethodSource("badHeads")
  void badHeadsAreRejectedForTheirReasonAtEverySplit(BadHead row) {
    Outcome outcome = whole(row.raw());
    assertEquals(ParseStatus.REJECTED, outcome.verdict());
    assertEquals(row.reason().name(), outcome.reason());
    assertSameAtEverySplit(row.raw());
  }

  @Test
  void everyHeadRejectReasonHasATestCase() {
    Set<RejectReason> missing = new HashSet<>(Set.of(RejectReason.values()));
    for (BadHead row : BadHeads.all()) {
      missing.remove(row.reason());
    }
    assertEquals(
        Set.of(
            RejectReason.HEAD_TIMEOUT,
            RejectReason.BAD_CHUNK,
            RejectReason.CHUNK_EXTENSION_TOO_LONG,
            RejectReason.BAD_TRAILER,
            RejectReason.TRAILERS_TOO_LARGE),
        missing);
  }

  static List<String> goodHeads() {
    String fields = "A: b\r\n".repeat(98);
    String filler = "x".repeat((32 << 10) - "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".length());
    return List.of(
        "GET / HTTP/1.1\r\nHost: a" + END,
        "\r\nGET / HTTP/1.1\r\nHost: a" + END,
        "GET / HTTP/1.0" + END,
        "HEAD /a%20b?c=%C3%A4 HTTP/1.1\r\nhOsT:a.example:8080 \t" + END,
        "GET /%ff%C0%80 HTTP/1.1\r\nHost: [::1]" + END,
        "OPTIONS * HTTP/1.1\r\nHost: [2001:db8::192.0.2.1]:1" + END,
        "GET /\"<>^`{|} HTTP/1.1\r\nHost: a_b.c" + END,
        "GET //a/../b;c=d HTTP/1.1\r\nHost: 127.0.0.1:80" + END,
        "GET http://a HTTP/1.1\r\nHost: A" + END,
        "GET HTTP://a:80/x HTTP/1.1\r\nHost: a" + END,
        "GET https://[::A]/x HTTP/1.1\r\nHost: [::a]:443" + END,
        "GET http://a/x HTTP/1.0" + END,
        "PUT /f HTTP/1.1\r\nHost: a\r\nContent-Length: 000000000000000005" + END,
        "POST /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED" + END,
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue" + END,
        "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t\r\nZ: \u00e4\u00ff\t!" + END,
        "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09: x" + END,
        "GET /" + "a".repeat(16_383) + " HTTP/1.1\r\nHost: a" + END,
        "GET /?q=a\\b&c=100%&d=%4&%zz=%?% HTTP/1.1\r\nHost: a" + END,
        "GET http://a?100% HTTP/1.1\r\nHost: a" + END,
        "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "C: d" + END,
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + filler + END);
  }

  @ParameterizedTest
  @MethodSource("goodHeads")
  void validHeadsAreAcceptedAtEverySplitAndLaterBytesAreNotConsumed(String raw) {
    assertEquals(new Outcome(ParseStatus.COMPLETE, "", raw.length()), whole(raw));
    assertEquals(new Outcome(ParseStatus.COMPLETE, "", raw.length()), whole(raw + "\0garbage"));
    assertSameAtEverySplit(raw);
    assertSameAtEverySplit(raw + "\0garbage");
    assertEquals(ParseStatus.NEED_MORE, whole(raw.substring(0, raw.length() - 1)).verdict());
  }

  private static HeadParser parsed(String raw) {
    HeadParser parser = new HeadParser(HttpLimits.DEFAULT);
    byte[] bytes = bytes(raw);
    assertEquals(ParseStatus.COMPLETE, parser.parse(bytes, 0, bytes.length), raw);
    return parser;
  }

  private static HeadParser withFields(String version, String fields) {
    return parsed("GET / " + version + "\r\nHost: a\r\n" + fields + END);
  }

  @Test
  void theParserLocatesTargetAndFields() {
    String raw =
        "HEAD /x?y HTTP/1.1\r\nHost: a\r\nRange:  bytes=0-1 \r\n"
            + "If-None-Match: \"1\"\r\nIF-NONE-MATCH: \"2\"\r\nCookie: z"
            + END;
    HeadParser parser = parsed(raw);
    assertEquals(Method.HEAD, parser.method());
    assertEquals("/x?y", raw.substring(parser.targetStart(), parser.targetEnd()));
    ParsedHeaders fields = parser.fields();
    assertEquals("bytes=0-1", raw.substring(fields.start(Field.RANGE), fields.end(Field.RANGE)));
    assertEquals(
        "\"1\"", raw.substring(fields.start(Field.IF_NONE_MATCH), fields.end(Field.IF_NONE_MATCH)));
    assertTrue(fields.isRepeated(Field.IF_NONE_MATCH));
    assertFalse(fields.isRepeated(Field.RANGE));
    for (Field field : Field.values()) {
      boolean there = Set.of(Field.HOST, Field.RANGE, Field.IF_NONE_MATCH).contains(field);
      assertEquals(there, fields.has(field), field.name());
    }
    parser.reset();
    assertFalse(parser.fields().has(Field.RANGE));
  }

  @Test
  void everyFieldIsRecognisedByItsNameInAnyCase() {
    for (Field field : Field.values()) {
      byte[] name = bytes(field.name().replace('_', '-'));
      assertEquals(field, Field.of(name, 0, name.length));
      name[name.length - 1] ^= 0x20; // one letter in lower case
      assertEquals(field, Field.of(name, 0, name.length));
      name[name.length - 1] ^= 0x01; // another letter
      assertEquals(null, Field.of(name, 0, name.length));
    }
  }

  @Test
  void theParserFindsContentLengthAndChunkedBodies() {
    assertEquals(0, withFields("HTTP/1.1", "A: b").fields().contentLength());
    assertEquals(
        999_999_999_999_999_999L,
        withFields("HTTP/1.1", "Content-Length: 999999999999999999").fields().contentLength());
    assertTrue(withFields("HTTP/1.1", "Transfer-Encoding: chunked ").isChunked());
    assertFalse(withFields("HTTP/1.1", "Content-Length: 7").isChunked());
  }

  @Test
  void isLastFollowsVersionAndConnectionOptions() {
    assertFalse(withFields("HTTP/1.1", "A: b").isLast());
    assertTrue(withFields("HTTP/1.0", "A: b").isLast());
    assertFalse(withFields("HTTP/1.0", "Connection: Keep-Alive").isLast());
    assertTrue(withFields("HTTP/1.1", "Connection: Close").isLast());
    assertTrue(withFields("HTTP/1.1", "Connection: TE ,\tclose ,x").isLast());
    assertTrue(withFields("HTTP/1.1", "Connection: te\r\nConnection: close").isLast());
    assertFalse(withFields("HTTP/1.1", "Connection: closed, xclose").isLast());
    assertTrue(withFields("HTTP/1.0", "Connection: keep-alive, close").isLast());
  }

  @Test
  void limitsAreConfigurable() {
    HttpLimits d = HttpLimits.DEFAULT;
    HttpLimits small =
        new HttpLimits(4, 40, 2, d.headTimeout(), 1, 1, 1, d.bodyTimeout(), 1, d.lingerTimeout());
    assertEquals(RejectReason.TARGET_TOO_LONG, rejectReason(small, "GET /1234 HTTP/1.1\r\n"));
    assertEquals(
        RejectReason.HEAD_TOO_LARGE, rejectReason(small, "GET / HTTP/1.1\r\nA: " + "b".repeat(40)));
    assertEquals(
        RejectReason.TOO_MANY_FIELDS, rejectReason(small, "GET / HTTP/1.1\r\nA:\r\nB:\r\nC:\r\n"));
  }

  private static RejectReason rejectReason(HttpLimits limits, String raw) {
    HeadParser parser = new HeadParser(limits);
    byte[] bytes = bytes(raw);
    assertEquals(ParseStatus.REJECTED, parser.parse(bytes, 0, bytes.length));
    return parser.reason();
  }
}
