package dev.millrace.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void aFullBucketGivesItsBurstThenTheRate() throws Exception {
    TokenBucket bucket = TokenBucket.of(Rate.parse("10/s"), 3, 0);
    assertEquals(0, bucket.take(0));
    assertEquals(0, bucket.take(0));
    assertEquals(0, bucket.take(0));
    assertEquals(SECOND / 10, bucket.take(0));
    assertEquals(SECOND / 20, bucket.take(SECOND / 20));
    assertEquals(0, bucket.take(SECOND / 10));
    assertEquals(SECOND / 10, bucket.take(SECOND / 10));
  }

  @Test
  void aRefusalTakesNothing() throws Exception {
    TokenBucket bucket = TokenBucket.of(Rate.parse("1/h"), 1, 0);
    assertEquals(0, bucket.take(0));
    for (int i = 0; i < 1000; i++) {
      assertEquals(3600 * SECOND, bucket.take(0));
    }
    assertEquals(0, bucket.take(3600 * SECOND));
  }

  @Test
  void aBucketThatIsNotUsedIsFullAfterItsTime() throws Exception {
    TokenBucket bucket = TokenBucket.of(Rate.parse("2/s"), 4, 0);
    assertTrue(bucket.isFull(0));
    assertEquals(0, bucket.take(0));
    assertFalse(bucket.isFull(SECOND / 2 - 1));
    assertTrue(bucket.isFull(SECOND / 2));
  }

  @Test
  void bytesAreChargedAfterwardsAndTheDebtIsRepaidFirst() throws Exception {
    TokenBucket bucket = TokenBucket.of(ByteRate.parse("1KiB/s"), 1, 0);
    assertEquals(0, bucket.waitNanos(0));
    bucket.charge(10 << 10, 0);
    assertEquals(10 * SECOND, bucket.waitNanos(0));
    assertEquals(SECOND, bucket.waitNanos(9 * SECOND));
    assertEquals(0, bucket.waitNanos(10 * SECOND));
    bucket.charge(Long.MAX_VALUE, 10 * SECOND); // a debt of a year at most
    assertEquals(365 * 86_400 * SECOND, bucket.waitNanos(10 * SECOND));
    bucket.charge(Long.MAX_VALUE, 10 * SECOND);
    assertEquals(365 * 86_400 * SECOND, bucket.waitNanos(10 * SECOND));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0/s", "0MiB/s", "1MiB", "1MiB/d", "1.5GiB/s", "-1/s", "1TiB/s", "/s"})
  void otherTextIsNoRateOfBytes(String text) {
    assertThrows(SettingsException.class, () -> ByteRate.parse(text));
  }

  /** A client that always tries gets what a counter of the elapsed time allows. */
  @Test
  void theLongTermRateIsExact() throws Exception {
    Random random = new Random(1);
    for (String rate : new String[] {"1/s", "7/s", "1000/s", "90/m", "5/h"}) {
      Rate parsed = Rate.parse(rate);
      TokenBucket bucket = TokenBucket.of(parsed, 5, 0);
      long now = 0;
      long taken = 0;
      for (int i = 0; i < 20_000; i++) {
        now += random.nextLong(2 * parsed.intervalNanos() / 3);
        taken += bucket.take(now) == 0 ? 1 : 0;
      }
      long allowed = 5 + now / parsed.intervalNanos();
      assertTrue(taken <= allowed && taken > allowed - 8, rate + ": " + taken + " of " + allowed);
    }
  }

  @Test
  void clocksMayWrap() throws Exception {
    long start = Long.MAX_VALUE - SECOND / 2;
    TokenBucket bucket = TokenBucket.of(Rate.parse("1/s"), 1, start);
    assertEquals(0, bucket.take(start));
    assertEquals(SECOND, bucket.take(start));
    assertEquals(0, bucket.take(start + SECOND));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0/s", "-1/s", "1", "1/", "1/d", "1.5/s", "10000000/s", "1 / s"})
  void otherTextIsNoRate(String text) {
    assertThrows(SettingsException.class, () -> Rate.parse(text));
  }
}
