package dev.millrace.http.hpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Undertow's decoder and encoder are the independent reading of RFC 7541. */
class HpackFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 3_000);
  private static final String[] NAMES = {
    "accept",
    "cache-control",
    "content-length",
    "content-range",
    "date",
    "etag",
    "x-own",
    "vary",
    "q"
  };

  private final Random random = new Random(7);

  private String value() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(10) == 0 ? random.nextInt(400) : random.nextInt(30);
    for (int i = 0; i < length; i++) {
      text.append((char) (0x21 + random.nextInt(random.nextBoolean() ? 0x5e : 0xdf)));
    }
    return text.toString();
  }

  private static List<String> ours(HpackDecoder decoder, byte[] block, int length)
      throws HpackException {
    List<String> fields = new ArrayList<>();
    var _ =
        decoder.decode(
            block,
            0,
            length,
            (name, nameFrom, nameTo, value, valueFrom, valueTo) ->
                fields.add(
                    new String(name, nameFrom, nameTo - nameFrom, StandardCharsets.ISO_8859_1)
                            .toLowerCase(Locale.ROOT)
                        + "="
                        + new String(
                            value, valueFrom, valueTo - valueFrom, StandardCharsets.ISO_8859_1)));
    return fields;
  }

  private static List<String> theirs(
      io.undertow.protocols.http2.HpackDecoder decoder, byte[] block, int length) throws Exception {
    List<String> fields = new ArrayList<>();
    decoder.setHeaderEmitter(
        (name, value, never) -> fields.add(name.toString().toLowerCase(Locale.ROOT) + "=" + value));
    decoder.decode(ByteBuffer.wrap(block, 0, length), false);
    return fields;
  }

  @Test
  void whatIsEncodedIsDecodedByBoth() throws Exception {
    HpackEncoder encoder = new HpackEncoder();
    HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
    for (int round = 0; round < ROUNDS; round++) {
      encoder.reset();
      int status = 100 + random.nextInt(500);
      encoder.status(status);
      List<String> expected = new ArrayList<>(List.of(":status=" + status));
      for (int i = random.nextInt(8); i > 0; i--) {
        String name = NAMES[random.nextInt(NAMES.length)];
        String value = value();
        encoder.field(random.nextBoolean() ? name : name.toUpperCase(Locale.ROOT), value);
        expected.add(name + "=" + value);
      }
      assertEquals(expected, ours(decoder, encoder.bytes(), encoder.length()));
      assertEquals(
          expected,
          theirs(
              new io.undertow.protocols.http2.HpackDecoder(4096),
              encoder.bytes(),
              encoder.length()));
    }
  }

  @Test
  void whatAnotherEncoderSendsOnOneConnectionIsDecoded() throws Exception {
    HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
    io.undertow.protocols.http2.HpackDecoder reading =
        new io.undertow.protocols.http2.HpackDecoder(4096);
    io.undertow.protocols.http2.HpackEncoder encoder =
        new io.undertow.protocols.http2.HpackEncoder(4096);
    for (int round = 0; round < ROUNDS; round++) {
      HeaderMap fields = new HeaderMap();
      for (int i = 1 + random.nextInt(8); i > 0; i--) {
        String name = random.nextInt(3) == 0 ? "x-" + random.nextInt(200) : NAMES[i];
        fields.put(new HttpString(name), random.nextBoolean() ? value() : "common" + i);
      }
      ByteBuffer block = ByteBuffer.allocate(1 << 16);
      encoder.encode(fields, block);
      byte[] bytes = block.array();
      int length = block.position();
      assertEquals(theirs(reading, bytes, length), ours(decoder, bytes, length));
    }
  }

  @Test
  void anyBytesAreDecodedOrRefused() {
    HpackEncoder encoder = new HpackEncoder();
    int both = 0;
    for (int round = 0; round < 10 * ROUNDS; round++) {
      encoder.reset();
      encoder.status(200);
      encoder.field(NAMES[random.nextInt(NAMES.length)], value());
      int length = encoder.length();
      byte[] block = encoder.bytes().clone();
      for (int i = random.nextInt(4); i > 0; i--) {
        block[random.nextInt(length)] = (byte) random.nextInt();
      }
      List<String> ours;
      try {
        ours = ours(new HpackDecoder(4096, 1 << 20), block, length);
      } catch (HpackException refused) {
        continue;
      }
      try {
        List<String> theirs =
            theirs(new io.undertow.protocols.http2.HpackDecoder(4096), block, length);
        assertEquals(theirs, ours);
        both++;
      } catch (Exception refused) {
        // stricter in some points, such as the order of size updates
      }
    }
    assertTrue(both > ROUNDS, "accepted by both: " + both);
  }
}
