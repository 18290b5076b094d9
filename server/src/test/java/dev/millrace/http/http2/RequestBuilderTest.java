package dev.millrace.http.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The HTTP/1.1 heads of requests. What is malformed is tested by {@link Http2Contract} too. */
class RequestBuilderTest {
  private final RequestBuilder builder = new RequestBuilder();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private boolean build(boolean trailers, String... fields) {
    builder.begin(trailers);
    for (int i = 0; i < fields.length; i += 2) {
      byte[] name = bytes("__" + fields[i]);
      byte[] value = bytes("_" + fields[i + 1] + "_");
      builder.field(name, 2, name.length, value, 1, value.length - 1);
    }
    return builder.finish();
  }

  private void assertHead(String expected, String... fields) {
    assertTrue(build(false, fields));
    String head = new String(builder.head(), 0, builder.length(), StandardCharsets.ISO_8859_1);
    assertEquals(expected.replace("\n", "\r\n"), head);
  }

  private static String[] get(String... others) {
    return Pseudo.of("GET", "/a?b", others);
  }

  /** The pseudo-fields of a request, and other fields. */
  private static final class Pseudo {
    static String[] of(String method, String path, String... others) {
      String[] first = {":method", method, ":scheme", "https", ":authority", "h:1", ":path", path};
      String[] all = Arrays.copyOf(first, first.length + others.length);
      System.arraycopy(others, 0, all, first.length, others.length);
      return all;
    }
  }

  @Test
  void fieldsFollowTheRequestLineAndHost() {
    assertHead("GET /a?b HTTP/1.1\nhost: h:1\n\n", get());
    assertHead("GET /a?b HTTP/1.1\nhost: h:1\naccept: x\nq: \n\n", get("accept", "x", "q", ""));
    assertHead("OPTIONS * HTTP/1.1\nhost: h:1\n\n", Pseudo.of("OPTIONS", "*"));
    assertHead("CONNECT a:1 HTTP/1.1\nhost: a:1\n\n", ":method", "CONNECT", ":authority", "a:1");
  }

  @Test
  void hostStandsForAMissingAuthorityAndAgreesWithAPresentOne() {
    assertHead(
        "GET / HTTP/1.1\nhost: other\n\n",
        ":method",
        "GET",
        ":scheme",
        "https",
        ":path",
        "/",
        "host",
        "other");
    assertHead("GET /a?b HTTP/1.1\nhost: h:1\n\n", get("host", "H:1"));
    assertFalse(build(false, get("host", "h:2")));
    assertFalse(build(false, get("host", "h:1", "host", "h:1")));
  }

  @Test
  void cookiesAreJoined() {
    assertHead(
        "GET /a?b HTTP/1.1\nhost: h:1\nx: y\ncookie: a=b; c=d; e=f\n\n",
        get("cookie", "a=b", "x", "y", "cookie", "c=d", "cookie", "e=f"));
    assertHead("GET /a?b HTTP/1.1\nhost: h:1\n\n", get());
  }

  @Test
  void teIsTrailersOnlyAndNotPassedOn() {
    assertHead("GET /a?b HTTP/1.1\nhost: h:1\n\n", get("te", "trailers"));
    assertFalse(build(false, get("te", "trailers, gzip")));
  }

  @Test
  void trailersHaveNoPseudoFields() {
    assertTrue(build(true, "x", "y"));
    assertTrue(build(true));
    assertFalse(build(true, ":path", "/"));
    assertFalse(build(true, "connection", "close"));
    assertFalse(build(true, "X", "y"));
  }

  private int urgency(String value) {
    byte[] bytes = bytes("," + value + ",");
    return RequestBuilder.urgency(bytes, 1, bytes.length - 1, 3);
  }

  @Test
  void urgencyIsTheDigitOfItsMember() {
    assertEquals(0, urgency("u=0"));
    assertEquals(7, urgency("u=7, i"));
    assertEquals(2, urgency("i, u=2"));
    assertEquals(2, urgency("i,u=2"));
    for (String none : new String[] {"", "u", "u=", "u=8", "u=22", "xu=1", "i", "u=a"}) {
      assertEquals(3, urgency(none), none);
    }
    assertTrue(build(false, get("priority", "u=6")));
    assertEquals(6, builder.urgency());
    assertTrue(build(false, get()));
    assertEquals(3, builder.urgency());
  }

  @Test
  void longFieldsFit() {
    String value = "y".repeat(20_000);
    assertHead("GET /a?b HTTP/1.1\nhost: h:1\nx: " + value + "\n\n", get("x", value));
    assertTrue(build(false, Pseudo.of("HEAD", "/" + value)));
    assertTrue(builder.isHead());
  }
}
