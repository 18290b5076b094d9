package dev.millrace.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.parser.ParseStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
  private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
  private static final String V4 = "\u00c0\0\u0002\1\u00c6\u0033\u0064\2\u00dc\u0004\1\u00bb";

  /** Parses as the reader does: at most the wanted bytes, in chunks of {@code most} bytes. */
  private static String outcome(String raw, int most) {
    byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
    ProxyHeader header = new ProxyHeader();
    int length = 0;
    while (length < bytes.length) {
      length = Math.min(Math.min(bytes.length, length + most), header.wanted());
      ParseStatus status = header.parse(bytes, length);
      if (status == ParseStatus.COMPLETE) {
        return length + " " + text(header.source()) + " " + text(header.destination());
      }
      if (status == ParseStatus.REJECTED) {
        return "rejected";
      }
    }
    return "more";
  }

  private static String text(InetSocketAddress address) {
    return address == null ? "-" : address.getAddress().getHostAddress() + "|" + address.getPort();
  }

  private static void assertAccepted(String expected, String header) {
    for (int most : List.of(1, 2, 3, 7, 11, 12, 13, 16, 40, 5_000)) {
      String all = header.length() + " " + expected;
      assertEquals(all, outcome(header, most), "chunks of " + most);
      assertEquals(
          all,
          outcome(header + "GET / HTTP/1.1\r\n\r\n", most),
          "nothing behind the header is read");
      assertEquals("more", outcome(header.substring(0, header.length() - 1), most));
    }
  }

  @Test
  void linesAreAccepted() {
    assertAccepted(
        "192.0.2.1|56324 198.51.100.2|443", "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n");
    assertAccepted(
        "2001:db8:0:0:0:0:0:1|0 0:0:0:0:0:0:0:1|65535", "PROXY TCP6 2001:db8::1 ::1 0 65535\r\n");
    assertAccepted("- -", "PROXY UNKNOWN\r\n");
    assertAccepted("- -", "PROXY UNKNOWN ffff::1 whatever 1 2\r\n");
  }

  @Test
  void binaryHeadersAreAccepted() {
    assertAccepted("192.0.2.1|56324 198.51.100.2|443", SIGNATURE + "\u0021\u0011\0\u000c" + V4);
    assertAccepted(
        "192.0.2.1|56324 198.51.100.2|443", SIGNATURE + "\u0021\u0011\0\u0010" + V4 + "\4\0\1x");
    String v6 = "\u0020\1" + "\0".repeat(13) + "\1" + "\0".repeat(15) + "\2" + "\0\1\0\2";
    assertAccepted(
        "2001:0:0:0:0:0:0:1|1 0:0:0:0:0:0:0:2|2", SIGNATURE + "\u0021\u0021\0\u0024" + v6);
    assertAccepted("- -", SIGNATURE + "\u0020\0\0\0");
    assertAccepted("- -", SIGNATURE + "\u0020\u0011\0\u000c" + V4);
    assertAccepted("- -", SIGNATURE + "\u0021\0\0\2ab");
    assertAccepted("- -", SIGNATURE + "\u0020\0\u0008\0" + "x".repeat(2_048));
  }

  @Test
  void datagramsAndUnixSocketsLeaveTheClientUnchanged() {
    String unix = "/run/client.sock" + "\0".repeat(92) + "/run/server.sock" + "\0".repeat(92);
    assertAccepted("- -", SIGNATURE + "\u0021\u0012\0\u000c" + V4);
    assertAccepted("- -", SIGNATURE + "\u0021\42\0\u0024" + "\1".repeat(36));
    assertAccepted("- -", SIGNATURE + "\u0021\u0031\0\u00d8" + unix);
    assertAccepted("- -", SIGNATURE + "\u0021\u0032\0\u00d8" + unix);
    assertAccepted("- -", SIGNATURE + "\u0021\u0031\0\u00dc" + unix + "\4\0\1x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r \n",
        "PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.256 1 2\r\n",
        "PROXY TCP4 ::1 ::2 1 2\r\n",
        "PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP6 ::1%lo ::2 1 2\r\n",
        "PROXY TCP4 localhost 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 -1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n",
        "PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY UNKNOWNED\r\n",
        SIGNATURE + "\u0011\u0011\0\u000c" + V4,
        SIGNATURE + "\42\u0011\0\u000c" + V4,
        SIGNATURE + "\u0021\u0010\0\u000c" + V4,
        SIGNATURE + "\u0021\u0013\0\u000c" + V4,
        SIGNATURE + "\u0021\u0033\0\u00d8",
        SIGNATURE + "\u0021\u0041\0\u000c" + V4,
        SIGNATURE + "\u0021\u0011\0\u000b",
        SIGNATURE + "\u0021\u0021\0\u0023",
        SIGNATURE + "\u0020\0\u0008\1",
        "\r\n\r\n\0\r\nQUIX\n"
      })
  void invalidHeadersAreRejected(String raw) {
    for (int most : List.of(1, 5, 16, 5_000)) {
      assertEquals("rejected", outcome(raw, most), "chunks of " + most);
    }
  }

  @Test
  void linesAreAtMost107BytesLong() {
    String longest = "PROXY UNKNOWN " + "x".repeat(107 - 16) + "\r\n";
    assertAccepted("- -", longest);
    assertEquals("rejected", outcome("PROXY UNKNOWN " + "x".repeat(107 - 15) + "\r\n", 1));
    assertEquals("rejected", outcome("PROXY UNKNOWN " + "x".repeat(2_000), 50));
  }

  private static boolean contains(String block, String address) throws Exception {
    return Cidr.parse(block).contains(InetAddress.ofLiteral(address));
  }

  @Test
  void blocksContainTheAddressesOfTheirPrefix() throws Exception {
    assertTrue(contains("10.0.0.0/8", "10.255.0.1"));
    assertFalse(contains("10.0.0.0/8", "11.0.0.0"));
    assertTrue(contains("192.0.2.128/25", "192.0.2.255"));
    assertFalse(contains("192.0.2.128/25", "192.0.2.127"));
    assertTrue(contains("192.0.2.1", "192.0.2.1"));
    assertFalse(contains("192.0.2.1", "192.0.2.2"));
    assertTrue(contains("0.0.0.0/0", "1.2.3.4"));
    assertFalse(contains("0.0.0.0/0", "::1"));
    assertTrue(contains("2001:db8::/33", "2001:db8:7fff::1"));
    assertFalse(contains("2001:db8::/33", "2001:db8:8000::1"));
    assertTrue(contains("::1/128", "::1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0/8",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "localhost",
        "::/129",
        "fe80::1%lo",
        "10.0.0.0/8/8",
        "1.2.3.4.5",
        "[::1]"
      })
  void invalidBlocksAreRejected(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
    assertEquals("'" + text + "' is not " + Cidr.ALLOWED, refused.getMessage());
  }
}
