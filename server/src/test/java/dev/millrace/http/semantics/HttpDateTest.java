package dev.millrace.http.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDateTest {
  private static final long NOW = 1_790_000_000L; // 2026

  @Test
  void allThreeDateFormatsAreParsed() {
    assertEquals(784_111_777L, HttpDate.parse("Sun, 06 Nov 1994 08:49:37 GMT", NOW));
    assertEquals(784_111_777L, HttpDate.parse("Sunday, 06-Nov-94 08:49:37 GMT", NOW));
    assertEquals(784_111_777L, HttpDate.parse("Sun Nov  6 08:49:37 1994", NOW));
    assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.format(784_111_777L));
    assertEquals("Thu, 01 Jan 1970 00:00:00 GMT", HttpDate.format(0));
  }

  @Test
  void formattedDatesAreParsedToTheSameSecond() {
    for (long second = -1_000_000_000L; second < 4_000_000_000L; second += 7_654_321) {
      assertEquals(second, HttpDate.parse(HttpDate.format(second), NOW));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-62_167_219_201L, 253_402_300_800L, Long.MIN_VALUE, Long.MAX_VALUE})
  void timesOutsideFourDigitYearsHaveNoDate(long seconds) {
    assertNull(HttpDate.ofFile(seconds));
    assertThrows(IllegalArgumentException.class, () -> HttpDate.format(seconds));
  }

  @Test
  void theFirstAndTheLastSecondHaveDates() {
    assertEquals("Sat, 01 Jan 0000 00:00:00 GMT", HttpDate.ofFile(-62_167_219_200L));
    assertEquals("Fri, 31 Dec 9999 23:59:59 GMT", HttpDate.ofFile(253_402_300_799L));
  }

  @Test
  void twoDigitYearsAreAtMostFiftyYearsAhead() {
    assertEquals(
        HttpDate.parse("Tue, 01 Jan 2030 00:00:00 GMT", NOW),
        HttpDate.parse("Tuesday, 01-Jan-30 00:00:00 GMT", NOW));
    assertEquals(
        HttpDate.parse("Thu, 01 Jan 1981 00:00:00 GMT", NOW),
        HttpDate.parse("Thursday, 01-Jan-81 00:00:00 GMT", NOW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "now",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
      })
  void invalidDatesAreRejected(String text) {
    assertNull(HttpDate.parse(text, NOW));
  }
}
