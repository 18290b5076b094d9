package dev.millrace.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
  private interface Printing {
    void to(Writer w) throws WriteFailedException;
  }

  /** What is printed, the same through a roomy buffer, a tiny one and none. */
  private static String printed(Printing printing) throws WriteFailedException {
    AllocatingWriter roomy = new AllocatingWriter(4096, Limit.UNLIMITED);
    printing.to(roomy);
    for (int size : new int[] {0, 1, 7}) {
      TestSink tiny = new TestSink(new byte[size]);
      printing.to(tiny);
      tiny.flush();
      assertEquals(roomy.written().toString(), Span.of(tiny.taken()).toString(), "buffer " + size);
    }
    return roomy.written().toString(UTF_8);
  }

  @Test
  void integersAsTheJdkPrintsThem() throws Exception {
    Random random = new Random(4);
    for (int i = 0; i < 2000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      int radix = 2 + random.nextInt(35);
      assertEquals(Long.toString(value), printed(w -> w.printInt(value)));
      assertEquals(
          Long.toString(value, radix),
          printed(w -> w.printInt(value, radix, Case.LOWER, Padding.NONE)));
      assertEquals(
          Long.toUnsignedString(value, radix),
          printed(w -> w.printUnsigned(value, radix, Case.LOWER, Padding.NONE)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-9223372036854775808, 10",
    "-9223372036854775808, 2",
    "9223372036854775807, 36",
    "0, 2"
  })
  void extremeIntegers(long value, int radix) throws Exception {
    assertEquals(
        Long.toString(value, radix),
        printed(w -> w.printInt(value, radix, Case.LOWER, Padding.NONE)));
    assertEquals(Long.toString(value), printed(w -> w.printInt(value)));
  }

  @Test
  void aRadixOutOfRangeIsRefused() {
    Writer w = Writer.fixed(new byte[10]);
    assertThrows(IllegalArgumentException.class, () -> w.printInt(1, 37, Case.LOWER, Padding.NONE));
    assertThrows(IllegalArgumentException.class, () -> w.printInt(1, 1, Case.LOWER, Padding.NONE));
  }

  @Test
  void padding() throws Exception {
    assertEquals("  ff", printed(w -> w.printInt(255, 16, Case.LOWER, Padding.right(4))));
    assertEquals("FF  ", printed(w -> w.printInt(255, 16, Case.UPPER, Padding.left(4))));
    Padding stars = new Padding(7, Padding.Alignment.CENTER, (byte) '*');
    assertEquals("**ab***", printed(w -> w.alignBuffer(Span.of("ab".getBytes(UTF_8)), stars)));
    assertEquals(
        "abcdefgh", printed(w -> w.alignBuffer(Span.of("abcdefgh".getBytes(UTF_8)), stars)));
  }

  @Test
  void hexAndBase64AsTheJdkPrintsThem() throws Exception {
    Random random = new Random(5);
    for (int length = 0; length < 200; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      Span span = Span.of(bytes);
      assertEquals(HexFormat.of().formatHex(bytes), printed(w -> w.printHex(span, Case.LOWER)));
      assertEquals(
          HexFormat.of().withUpperCase().formatHex(bytes),
          printed(w -> w.printHex(span, Case.UPPER)));
      assertEquals(Base64.getEncoder().encodeToString(bytes), printed(w -> w.printBase64(span)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, BINARY, 2, 0B",
    "1, BINARY, 2, 1B",
    "1023, BINARY, 2, 1023B",
    "1024, BINARY, 2, 1KiB",
    "1536, BINARY, 2, 1.5KiB",
    "1536, BINARY, 0, 2KiB",
    "999, DECIMAL, 2, 999B",
    "1000, DECIMAL, 2, 1kB",
    "1234567, DECIMAL, 3, 1.235MB",
    "1004000, DECIMAL, 3, 1.004MB",
    "999999, DECIMAL, 2, 1MB",
    "999994, DECIMAL, 2, 999.99kB",
    "66060288, BINARY, 2, 63MiB",
    "9223372036854775807, BINARY, 9, 8EiB",
    "9223372036854775807, DECIMAL, 9, 9.223372037EB"
  })
  void byteSizes(long bytes, ByteSizeUnits units, int decimals, String expected) throws Exception {
    assertEquals(expected, printed(w -> w.printByteSize(bytes, units, decimals)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0ns",
    "1, 1ns",
    "999, 999ns",
    "1000, 1us",
    "1450, 1.45us",
    "14500, 14.5us",
    "999999, 999.999us",
    "1000001, 1ms",
    "1110000, 1.11ms",
    "1111100, 1.111ms",
    "999999999, 999.999ms",
    "1000000000, 1s",
    "59999999999, 59.999s",
    "60000000000, 1m",
    "3600000000000, 1h",
    "86400000000000, 1d",
    "604800000000000, 1w",
    "31536000000000000, 1y",
    "63071999999999999, 1y52w23h59m59.999s",
    "31539601001000000, 1y1h1.001s",
    "31539601000999000, 1y1h1s",
    "31539600000999999, 1y1h999.999us",
    "31536060000000999, 1y1m999ns",
    "-1450, -1.45us",
    "-9223372036854775808, -292y24w3d23h47m16.854s"
  })
  void durations(long nanos, String expected) throws Exception {
    assertEquals(expected, printed(w -> w.printDuration(nanos)));
  }

  @Test
  void textAsTheJdkEncodesIt() throws Exception {
    Random random = new Random(6);
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(200); n > 0; n--) {
        int c = random.nextInt(1 << (7 + random.nextInt(15))) % (Character.MAX_CODE_POINT + 1);
        text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 'x' : c);
      }
      assertEquals(text.toString(), printed(w -> w.printUtf8(text)));
    }
    assertEquals("ab\uFFFDc\uFFFD", printed(w -> w.printUtf8("ab\uD800c\uDC00")));
    assertEquals("\uFFFD", printed(w -> w.printUtf8("\uD83D")));
    assertEquals("€\uD83D\uDE00", printed(w -> codePoints(w, 0x20ac, 0x1f600)));
    assertEquals("\uFFFD\uFFFD\uFFFD", printed(w -> codePoints(w, 0xd800, -1, 0x110000)));
  }

  private static void codePoints(Writer w, int... values) throws WriteFailedException {
    for (int value : values) {
      w.printCodePoint(value);
    }
  }

  @Test
  void ascii() throws Exception {
    assertEquals("a".repeat(300), printed(w -> w.printAscii("a".repeat(300))));
    for (int size : new int[] {0, 400}) {
      TestSink w = new TestSink(new byte[size]);
      assertThrows(IllegalArgumentException.class, () -> w.printAscii("b".repeat(300) + "\u00e9"));
      w.flush();
      assertEquals(0, w.taken().length);
    }
  }

  @Test
  void template() throws Exception {
    assertEquals("Number: 42\n", printed(w -> w.print("Number: {d}\n", 42)));
    assertEquals(
        "{x} ff FF 101 17 cafe +true+ null",
        printed(w ->
            w.print(
                "{{x}} {x} {X} {b} {o} {x} {:+^6} {}",
                255,
                255L,
                (byte) 5,
                (short) 15,
                new byte[] {(byte) 0xca, (byte) 0xfe},
                true,
                null)));
    assertEquals(
        "HelloWorld! |00042|  é|1.5KiB 1.54kB 1.45us aGk= A€",
        printed(w ->
            w.print(
                "{s}{s}! |{d:0>5}|{s:4}|{Bi} {B} {D} {b64} {c}{u}",
                "Hello",
                Span.of("World".getBytes(UTF_8)),
                42,
                "é",
                1536,
                1536,
                1450,
                "hi".getBytes(StandardCharsets.US_ASCII),
                'A' + 0,
                0x20ac)));
  }

  @ParameterizedTest
  @CsvSource({"{d", "x}y", "{nope}", "{d:<}", "{d} {d}", "none", "{s}"})
  void aTemplateThatDoesNotFitWritesNothing(String template) {
    Writer w = Writer.fixed(new byte[100]);
    assertThrows(IllegalArgumentException.class, () -> w.print(template, 1));
    assertEquals(0, w.bufferedLen());
  }
}
