package dev.millrace.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WildcardTest {
  @ParameterizedTest
  @CsvSource({
    "iso, debian.ISO, true",
    "*.iso, debian.iso, true",
    "*.iso, debian.iso.txt, false",
    "d?bian*, debian-12.iso, true",
    "d?bian*, dbian, false",
    "*a*b*c, xxaxxbxxc, true",
    "*a*b*c, xxaxxcxxb, false",
    "?, ü, true",
    "*, '', true",
    "?, '', false",
    "a[b], xa[b]x, true"
  })
  void namesMatch(String pattern, String name, boolean matches) {
    assertEquals(matches, Wildcard.of(pattern).matches(name));
  }

  @Test
  void aHostilePatternTakesNoLongTime() {
    String pattern = "*a".repeat(250) + "b";
    String name = "a".repeat(255);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 1000; i++) {
            assertFalse(Wildcard.of(pattern).matches(name));
          }
        });
  }
}
