package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrequencySketchTest {
  @Test
  void countsSaturateAt15() {
    FrequencySketch sketch = new FrequencySketch(1000);
    assertEquals(0, sketch.frequency(7));
    for (int i = 1; i <= 20; i++) {
      sketch.increment(7);
      assertEquals(Math.min(i, 15), sketch.frequency(7));
    }
    assertEquals(0, sketch.frequency(8));
  }

  @Test
  void countsAreNeverTooLowAndRarelyTooHigh() {
    Random random = new Random(1);
    int[] hashes = random.ints(1000).distinct().toArray();
    FrequencySketch sketch = new FrequencySketch(hashes.length);
    for (int i = 0; i < hashes.length; i++) {
      for (int times = 0; times < i % 6; times++) {
        sketch.increment(hashes[i]);
      }
    }
    int tooHigh = 0;
    for (int i = 0; i < hashes.length; i++) {
      int seen = sketch.frequency(hashes[i]);
      assertTrue(seen >= i % 6, "too low: " + seen + " of " + i % 6);
      tooHigh += seen > i % 6 ? 1 : 0;
    }
    assertTrue(tooHigh < hashes.length / 10, "too high: " + tooHigh);
  }

  @Test
  void oldCountsDecay() {
    FrequencySketch sketch = new FrequencySketch(100);
    for (int i = 0; i < 15; i++) {
      sketch.increment(7);
    }
    Random random = new Random(2);
    for (int i = 0; i < 100_000 && sketch.frequency(7) > 2; i++) {
      sketch.increment(random.nextInt(40) * 0x10001 + 1000);
    }
    assertTrue(sketch.frequency(7) <= 2, "frequency " + sketch.frequency(7));
  }

  @Test
  void aSketchOfCapacityZeroStillCounts() {
    FrequencySketch sketch = new FrequencySketch(0);
    sketch.increment(1);
    assertEquals(1, sketch.frequency(1));
  }
}
