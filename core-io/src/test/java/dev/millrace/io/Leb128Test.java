package dev.millrace.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Leb128Test {
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "9, 09",
    "125, fd00",
    "-34, 5e",
    "-3, 7d",
    "63, 3f",
    "64, c000",
    "-64, 40",
    "-65, bf7f",
    "19373, ad9701",
    "-14558, a28e7f",
    "3789169920125966546, d2b1d0d5f6bef5ca34",
    "9223372036854775807, ffffffffffffffffff00",
    "-9223372036854775808, 8080808080808080807f"
  })
  void signed(long value, String encoding) throws Exception {
    AllocatingWriter w = new AllocatingWriter();
    w.writeSleb128(value);
    assertEquals(encoding, HexFormat.of().formatHex(w.toByteArray()));
    assertEquals(value, Reader.fixed(w.toByteArray()).takeSleb128(64));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "127, 7f",
    "128, 8001",
    "201, c901",
    "30241, a1ec01",
    "2173531193, b9e8b58c08",
    "-1, ffffffffffffffffff01",
    "9223372036854775807, ffffffffffffffff7f"
  })
  void unsigned(long value, String encoding) throws Exception {
    AllocatingWriter w = new AllocatingWriter();
    w.writeUleb128(value);
    assertEquals(encoding, HexFormat.of().formatHex(w.toByteArray()));
    assertEquals(value, Reader.fixed(w.toByteArray()).takeUleb128(64));
  }

  @Test
  void anyWidthTakesExactlyWhatFitsIt() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      int bits = 1 + random.nextInt(64);
      AllocatingWriter w = new AllocatingWriter();
      w.writeSleb128(value);
      w.writeUleb128(value);
      w.writeByte(77);
      Reader r = new TestSource(w.toByteArray(), new byte[1]);
      boolean fitsSigned = value << (64 - bits) >> (64 - bits) == value;
      boolean fitsUnsigned = value << (64 - bits) >>> (64 - bits) == value;
      if (fitsSigned) {
        assertEquals(value, r.takeSleb128(bits));
      } else {
        assertThrows(OverflowException.class, () -> r.takeSleb128(bits));
      }
      if (fitsUnsigned) {
        assertEquals(value, r.takeUleb128(bits));
      } else {
        assertThrows(OverflowException.class, () -> r.takeUleb128(bits));
      }
      assertEquals(77, r.takeByte());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "8080808080808080808000, 0, true",
    "ffffffffffffffffffff7f, -1, true",
    "ffffffffffffffffffff00, 0, false",
    "ffffffffffffffffff02, 0, false"
  })
  void paddedSigned(String encoding, long value, boolean fits) throws Exception {
    Reader r = Reader.fixed(HexFormat.of().parseHex(encoding));
    if (fits) {
      assertEquals(value, r.takeSleb128(64));
    } else {
      assertThrows(OverflowException.class, () -> r.takeSleb128(64));
    }
    assertEquals(0, r.bufferedLen());
  }

  @ParameterizedTest
  @CsvSource({"808080808080808080808000, true", "ffffffffffffffffff02, false", "8100, true"})
  void paddedUnsigned(String encoding, boolean fits) throws Exception {
    Reader r = Reader.fixed(HexFormat.of().parseHex(encoding));
    if (fits) {
      assertEquals(encoding.startsWith("81") ? 1 : 0, r.takeUleb128(64));
    } else {
      assertThrows(OverflowException.class, () -> r.takeUleb128(64));
    }
    assertEquals(0, r.bufferedLen());
  }

  @Test
  void cutOff() {
    assertThrows(EndOfStreamException.class, () -> Reader.fixed(new byte[] {-1}).takeUleb128(64));
    assertThrows(IllegalArgumentException.class, () -> Reader.ending().takeUleb128(65));
  }
}
