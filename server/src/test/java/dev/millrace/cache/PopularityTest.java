package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PopularityTest {
  @Test
  void whatIsAskedForIsCountedUpToFifteen() {
    Popularity popularity = new Popularity(1000);
    assertEquals(0, popularity.of(7));
    for (int i = 1; i <= 20; i++) {
      popularity.add(7);
      assertEquals(Math.min(i, 15), popularity.of(7));
    }
    assertEquals(0, popularity.of(8));
  }

  @Test
  void countsAreNeverTooLowAndSeldomTooHigh() {
    Random random = new Random(1);
    int[] hashes = random.ints(1000).distinct().toArray();
    Popularity popularity = new Popularity(hashes.length);
    for (int i = 0; i < hashes.length; i++) {
      for (int times = 0; times < i % 6; times++) {
        popularity.add(hashes[i]);
      }
    }
    int tooHigh = 0;
    for (int i = 0; i < hashes.length; i++) {
      int seen = popularity.of(hashes[i]);
      assertTrue(seen >= i % 6, "too low: " + seen + " of " + i % 6);
      tooHigh += seen > i % 6 ? 1 : 0;
    }
    assertTrue(tooHigh < hashes.length / 10, "too high: " + tooHigh);
  }

  @Test
  void whatWasAskedForLongAgoIsForgotten() {
    Popularity popularity = new Popularity(100);
    for (int i = 0; i < 15; i++) {
      popularity.add(7);
    }
    Random random = new Random(2);
    for (int i = 0; i < 100_000 && popularity.of(7) > 2; i++) {
      popularity.add(random.nextInt(40) * 0x10001 + 1000);
    }
    assertTrue(popularity.of(7) <= 2, "still " + popularity.of(7));
  }

  @Test
  void theSmallestTellsSomethingApart() {
    Popularity popularity = new Popularity(0);
    popularity.add(1);
    assertEquals(1, popularity.of(1));
  }
}
