package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void boundsAreInclusive() {
    Histogram histogram = new Histogram(10, 20);
    for (long value : new long[] {-5, 10, 11, 20, 21, Long.MAX_VALUE / 2}) {
      histogram.record(value);
    }
    assertArrayEquals(new long[] {2, 2, 2}, histogram.counts());
    assertEquals(57 + Long.MAX_VALUE / 2, histogram.sum());
    assertThrows(IllegalArgumentException.class, () -> new Histogram(1, 1));
  }

  @Test
  void numbersHaveBucketsAtZeroAndThePowersOfTwo() {
    assertArrayEquals(
        new long[] {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024},
        Histogram.ofNumbers().upperBounds());
  }

  @Test
  void everyValueFallsBetweenItsExponentialBucketsBounds() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      double value = Math.exp(random.nextDouble(-20, 20));
      int bucket = ExponentialHistogram.bucketIndex(value);
      assertTrue(value <= ExponentialHistogram.upperBound(bucket), value + " above " + bucket);
      assertTrue(value > ExponentialHistogram.upperBound(bucket - 1), value + " below " + bucket);
    }
    for (int exponent = -20; exponent <= 20; exponent++) {
      assertEquals(exponent * 8, ExponentialHistogram.bucketIndex(Math.pow(2, exponent)));
    }
  }

  @Test
  void whatIsOutOfRangeIsCountedAtItsEnds() {
    ExponentialHistogram histogram = new ExponentialHistogram(-1, 1);
    for (double value : new double[] {-1, 0, Double.NaN, 0.5, 0.51, 1, 2, 3, 1e300}) {
      histogram.record(value);
    }
    assertEquals(0.5, histogram.zeroThreshold());
    assertEquals(4, histogram.zeroCount());
    assertEquals(-7, histogram.firstBucket());
    long[] counts = histogram.counts();
    assertEquals(16, counts.length);
    assertEquals(1, counts[0]);
    assertEquals(1, counts[-histogram.firstBucket()]);
    assertEquals(3, counts[15]);
    assertThrows(IllegalArgumentException.class, () -> new ExponentialHistogram(1, 1));
  }

  @Test
  void aMaximumIsForgottenAfterAMinute() {
    long second = TimeUnit.SECONDS.toNanos(1);
    long start = Long.MAX_VALUE - 5 * second; // and the clock wraps
    RecentMaximum maximum = new RecentMaximum(start);
    maximum.record(start, 100);
    maximum.record(start + second, 50);
    for (int at = 11; at < 60; at += 7) {
      maximum.record(start + at * second, at);
      assertEquals(100, maximum.get(start + at * second));
    }
    for (int at = 60; at < 120; at += 7) {
      maximum.record(start + at * second, 1);
    }
    assertTrue(maximum.get(start + 120 * second) < 100);
    assertEquals(0, maximum.get(start + 300 * second));
  }
}
