package dev.millrace.http.hpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of RFC 7541, and what it forbids. */
class HpackDecoderTest {
  private static final String WWW = ":authority: www.example.com";
  private static final String[] FIRST = {
    ":method: GET", ":scheme: http", ":path: /", WWW,
  };
  private static final String[] SECOND = {
    ":method: GET", ":scheme: http", ":path: /", WWW, "cache-control: no-cache",
  };
  private static final String[] THIRD = {
    ":method: GET", ":scheme: https", ":path: /index.html", WWW, "custom-key: custom-value",
  };
  private static final String LOCATION = "location: https://www.example.com";
  private static final String[][] RESPONSES = {
    {
      ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT", LOCATION,
    },
    {
      ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT", LOCATION,
    },
    {
      ":status: 200",
      "cache-control: private",
      "date: Mon, 21 Oct 2013 20:13:22 GMT",
      LOCATION,
      "content-encoding: gzip",
      "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    },
  };

  private final HpackDecoder decoder = new HpackDecoder(4096, 1 << 16);

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static List<String> decode(HpackDecoder decoder, byte[] block) throws HpackException {
    List<String> fields = new ArrayList<>();
    byte[] shifted = new byte[block.length + 5];
    System.arraycopy(block, 0, shifted, 3, block.length);
    assertTrue(
        decoder.decode(
            shifted,
            3,
            3 + block.length,
            (name, nameFrom, nameTo, value, valueFrom, valueTo) ->
                fields.add(text(name, nameFrom, nameTo) + ": " + text(value, valueFrom, valueTo))));
    return fields;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private void assertFields(String block, int tableBytes, String... fields) throws Exception {
    assertFields(decoder, block, tableBytes, fields);
  }

  private static void assertFields(
      HpackDecoder decoder, String block, int tableBytes, String... fields) throws Exception {
    assertEquals(List.of(fields), decode(decoder, hex(block)));
    assertEquals(tableBytes, decoder.tableBytes());
  }

  private void assertInvalid(String block) {
    assertThrows(HpackException.class, () -> decode(decoder, hex(block)), block);
  }

  // ---- Appendix C ------------------------------------------------------------------------------

  @Test
  void fieldsOfEachRepresentation() throws Exception {
    assertFields(
        "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
        55,
        "custom-key: custom-header");
    assertFields("040c 2f73 616d 706c 652f 7061 7468", 55, ":path: /sample/path");
    assertFields("1008 7061 7373 776f 7264 0673 6563 7265 74", 55, "password: secret");
    assertFields("82", 55, ":method: GET");
  }

  @Test
  void requestsWithoutHuffmanCoding() throws Exception {
    assertFields("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", 57, FIRST);
    assertFields("8286 84be 5808 6e6f 2d63 6163 6865", 110, SECOND);
    assertFields(
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", 164, THIRD);
  }

  @Test
  void requestsWithHuffmanCoding() throws Exception {
    assertFields("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", 57, FIRST);
    assertFields("8286 84be 5886 a8eb 1064 9cbf", 110, SECOND);
    assertFields("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", 164, THIRD);
  }

  @Test
  void responsesThatEvictEntries() throws Exception {
    HpackDecoder small = new HpackDecoder(256, 1 << 16);
    assertFields(
        small,
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a"
            + "3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        222,
        RESPONSES[0]);
    assertFields(small, "4803 3330 37c1 c0bf", 222, RESPONSES[1]);
    assertFields(
        small,
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04"
            + "677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745"
            + "4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
        215,
        RESPONSES[2]);
  }

  @Test
  void responsesWithHuffmanCoding() throws Exception {
    HpackDecoder small = new HpackDecoder(256, 1 << 16);
    assertFields(
        small,
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e"
            + "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        222,
        RESPONSES[0]);
    assertFields(small, "4883 640e ffc1 c0bf", 222, RESPONSES[1]);
    assertFields(
        small,
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7"
            + "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0"
            + "03ed 4ee5 b106 3d50 07",
        215,
        RESPONSES[2]);
  }

  // ---- what is invalid -------------------------------------------------------------------------

  @Test
  void indicesAreWithinTheTables() { // §2.3.3, §6.1
    assertInvalid("80");
    assertInvalid("be"); // 62, and the dynamic table is empty
    assertInvalid("ff80 01");
    assertInvalid("7e01 61"); // as the name of a literal
    assertInvalid("0f2f 0161");
  }

  @Test
  void integersEndAndAreNotTooLarge() { // §5.1
    assertInvalid("ff");
    assertInvalid("ff80");
    assertInvalid("ffff ffff ff0f");
    assertInvalid("ff80 8080 8080 00");
    assertInvalid("ff80 8080 8080 8080 8080 8080 01");
    assertInvalid("00 7f ffff ffff 7f");
  }

  @Test
  void stringsAreWithinTheirBlock() { // §5.2
    assertInvalid("00");
    assertInvalid("0003 6162");
    assertInvalid("0001 61");
    assertInvalid("0001 6102 62");
    assertInvalid("00 7f00");
  }

  @Test
  void huffmanCodesAreComplete() throws Exception { // §5.2
    assertFields("0f11 811f", 0, "cookie: a");
    assertInvalid("0f11 8118"); // padding that is not all ones
    assertInvalid("0f11 821f ff"); // padding of more than seven bits
    assertInvalid("0f11 84ff ffff ff"); // EOS
    assertInvalid("0f11 84ff ffff fc");
    assertInvalid("0f11 85ff ffff ffff");
    assertFields("0f11 80", 0, "cookie: ");
  }

  @Test
  void sizeUpdatesAreAtTheStartAndWithinTheMaximum() throws Exception { // §4.2, §6.3
    assertFields("20 82", 0, ":method: GET");
    assertFields("20 3fe1 1f 82", 0, ":method: GET"); // 0, then 4096
    assertInvalid("20 20 20 82");
    assertInvalid("82 20");
    assertInvalid("3fe2 1f"); // 4097
  }

  // ---- the dynamic table -----------------------------------------------------------------------

  private static byte[] literal(int first, String name, String value) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(first);
    for (String each : name.isEmpty() ? List.of(value) : List.of(name, value)) {
      byte[] bytes = each.getBytes(StandardCharsets.US_ASCII);
      if (bytes.length < 127) {
        block.write(bytes.length);
      } else {
        int rest = bytes.length - 127;
        block.write(127);
        while (rest >= 128) {
          block.write(rest % 128 + 128);
          rest /= 128;
        }
        block.write(rest);
      }
      block.writeBytes(bytes);
    }
    return block.toByteArray();
  }

  @Test
  void aSizeOfZeroEmptiesTheTableAndItGrowsAgain() throws Exception {
    assertEquals(List.of("a: b"), decode(decoder, literal(0x40, "a", "b")));
    assertEquals(34, decoder.tableBytes());
    assertFields("20 3fe1 1f", 0);
    assertInvalid("be");
    assertEquals(List.of("c: d"), decode(decoder, literal(0x40, "c", "d")));
    assertFields("be", 34, "c: d");
  }

  @Test
  void anEntryLargerThanTheTableEmptiesIt() throws Exception { // §4.4
    decode(decoder, literal(0x40, "a", "b"));
    String large = "x".repeat(5000);
    assertEquals(List.of("c: " + large), decode(decoder, literal(0x40, "c", large)));
    assertEquals(0, decoder.tableBytes());
  }

  @Test
  void aNameMayBelongToAnEntryThatIsEvictedForIt() throws Exception { // §4.4
    decode(decoder, literal(0x40, "name", "x".repeat(4000)));
    String value = "y".repeat(2000);
    assertEquals(List.of("name: " + value), decode(decoder, literal(0x40 | 62, "", value)));
    assertFields("be", 4 + 2000 + 32, "name: " + value);
  }

  @Test
  void theNewestEntryComesFirst() throws Exception {
    for (int i = 0; i < 300; i++) { // more than fit
      decode(decoder, literal(0x40, "n" + i, "v" + i));
    }
    assertFields("be bf c0", decoder.tableBytes(), "n299: v299", "n298: v298", "n297: v297");
    assertTrue(decoder.tableBytes() <= 4096);
  }

  @Test
  void theVersionChangesWithTheTable() throws Exception {
    long before = decoder.tableVersion();
    decode(decoder, hex("82"));
    assertEquals(before, decoder.tableVersion());
    decode(decoder, literal(0x40, "a", "b"));
    assertNotEquals(before, decoder.tableVersion());
  }

  @Test
  void aBombPassesNoMoreThanItsBound() throws Exception {
    HpackDecoder bounded = new HpackDecoder(4096, 10_000);
    decode(bounded, literal(0x40, "x", "y".repeat(4000)));
    byte[] bomb = new byte[10_000];
    Arrays.fill(bomb, (byte) (0x80 | 62));
    int[] passed = new int[1];
    assertFalse(bounded.decode(bomb, 0, bomb.length, (n, nf, nt, v, vf, vt) -> passed[0]++));
    assertEquals(2, passed[0]);
    byte[] withEntry = Arrays.copyOf(bomb, bomb.length + 6);
    System.arraycopy(literal(0x40, "a", "bc"), 0, withEntry, bomb.length, 6);
    assertFalse(bounded.decode(withEntry, 0, withEntry.length, (n, nf, nt, v, vf, vt) -> {}));
    assertEquals(List.of("a: bc"), decode(bounded, hex("be")), "the table stays in step");
  }
}
