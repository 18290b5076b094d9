package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Backoff backoff = new Backoff(new Random(1));

  private Duration after(int failures) {
    return Duration.between(NOW, backoff.next(NOW, failures, null));
  }

  @Test
  void pausesDoubleFromAMinuteToSixHours() {
    for (int round = 0; round < 100; round++) {
      for (int failures = 1; failures < 100; failures++) {
        long minutes = failures > 9 ? 360 : Math.min(360, 1L << (failures - 1));
        Duration pause = after(failures);
        assertTrue(pause.toMillis() >= minutes * 48_000, failures + ": " + pause);
        assertTrue(pause.toMillis() <= minutes * 72_000, failures + ": " + pause);
      }
    }
  }

  @Test
  void pausesDiffer() {
    Set<Duration> pauses = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      pauses.add(after(5));
    }
    assertTrue(pauses.size() > 90, "" + pauses.size());
  }

  @Test
  void aLaterMomentOfTheAuthorityIsHonouredUpToAWeek() {
    Instant tomorrow = NOW.plus(Duration.ofDays(1));
    assertEquals(tomorrow, backoff.next(NOW, 1, tomorrow));
    assertEquals(
        NOW.plus(Duration.ofDays(7)), backoff.next(NOW, 1, NOW.plus(Duration.ofDays(365))));
    assertFalse(backoff.next(NOW, 1, NOW.plusSeconds(1)).isBefore(NOW.plusSeconds(48)));
  }
}
