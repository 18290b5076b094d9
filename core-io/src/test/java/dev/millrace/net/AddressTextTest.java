package dev.millrace.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
  /** The examples of RFC 5952 §4 and §5 and the edges of the run of zeros. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "2001:0db8:0:0:0:0:0:0001, 2001:db8::1",
    "2001:DB8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "0:1:0:1:0:1:0:1, 0:1:0:1:0:1:0:1",
    "0:0:1:0:0:0:1:0, 0:0:1::1:0",
    "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
    "0:0:3:4:5:6:7:8, ::3:4:5:6:7:8",
    "64:ff9b:0:0:0:0:c000:201, 64:ff9b::c000:201",
    "fe80:0:0:0:0:0:0:1%7, fe80::1%7",
  })
  void addressesAreAsTheRfcHasThem(String address, String expected) {
    assertEquals(expected, AddressText.of(InetAddress.ofLiteral(address)));
  }

  @Test
  void everyTextIsReadAsTheSameAddress() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[16];
      for (int at = 0; at < 16; at++) {
        bytes[at] = random.nextInt(3) == 0 ? (byte) random.nextInt() : 0;
      }
      InetAddress address = InetAddress.getByAddress(bytes);
      assertEquals(address, InetAddress.ofLiteral(AddressText.of(address)));
    }
  }

  @Test
  void aPortStandsBehindBrackets() {
    assertEquals(
        "[::1]:80", AddressText.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80)));
    assertEquals("127.0.0.1:80", AddressText.of(new InetSocketAddress("127.0.0.1", 80)));
    assertEquals(
        "a.invalid:80", AddressText.of(InetSocketAddress.createUnresolved("a.invalid", 80)));
  }
}
