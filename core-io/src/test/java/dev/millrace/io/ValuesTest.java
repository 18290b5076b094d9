package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Limit, Span and the search for a byte. */
class ValuesTest {
  @Test
  void limits() {
    assertEquals(Limit.limited(3), Limit.limited(3).min(Limit.UNLIMITED));
    assertEquals(Limit.UNLIMITED, Limit.UNLIMITED.subtract(5));
    assertEquals(Limit.NOTHING, Limit.limited(5).subtract(5));
    assertEquals(3, Limit.limited(3).minInt(7));
    assertEquals(7, Limit.UNLIMITED.min(7));
    assertEquals("abc", Limit.limited(3).slice(Span.of("abcdef".getBytes(US_ASCII))).toString());
    assertFalse(Limit.NOTHING.nonzero());
    assertTrue(Limit.limited(Long.MAX_VALUE).isUnlimited());
    for (int i = 0; i < 63; i++) {
      assertEquals(1L << i, Limit.limited(1L << i).bytes());
    }
    assertThrows(IllegalArgumentException.class, () -> Limit.limited(5).subtract(6));
    assertThrows(IllegalArgumentException.class, () -> Limit.limited(-1));
  }

  @Test
  void spansAndSearch() {
    byte[] bytes = new byte[64];
    for (int at = 0; at < 64; at++) {
      for (int value : new int[] {1, 0x80, 0xff}) {
        Arrays.fill(bytes, (byte) (value - 1));
        bytes[at] = (byte) value;
        for (int from = 0; from < 64; from++) {
          int found = Bytes.indexOf(bytes, from, 64, (byte) value);
          assertEquals(from <= at ? at : -1, found, "byte " + value + " at " + at);
          assertEquals(-1, Bytes.indexOf(bytes, Math.min(from, at), at, (byte) value));
        }
      }
    }
    Span span = new Span(bytes, 60, 4);
    assertEquals(3, span.indexOf(0xff));
    assertEquals(0xfe, span.get(0));
    assertThrows(IndexOutOfBoundsException.class, () -> span.get(4));
    assertEquals(span, Span.of(span.toByteArray()));
    assertEquals(span.hashCode(), Span.of(span.toByteArray()).hashCode());
    assertEquals(4, span.asByteBuffer().remaining());
  }
}
