package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CacheKeyBuilderTest {
  private static final int BUCKETS = 1 << 12;

  private final CacheKeyBuilder keys = new CacheKeyBuilder();

  private int hash(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
    return keys.hash(bytes, bytes.length);
  }

  /** "Aa" and "BB" have the same polynomial hash, and so has every sequence of the two. */
  @Test
  void keysWithEqualPolynomialHashesDoNotCollide() {
    Set<Integer> hashes = new HashSet<>();
    Set<Integer> polynomials = new HashSet<>();
    for (int i = 0; i < BUCKETS; i++) {
      StringBuilder key = new StringBuilder("G\n/f?");
      for (int bit = 0; bit < 12; bit++) {
        key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      polynomials.add(key.toString().hashCode());
      hashes.add(hash(key.toString()));
    }
    assertEquals(1, polynomials.size());
    assertTrue(hashes.size() > BUCKETS - 8, hashes.size() + " hashes of " + BUCKETS + " keys");
  }

  @Test
  void similarKeysSpreadOverTheBuckets() {
    int[] buckets = new int[BUCKETS];
    int fullest = 0;
    for (int i = 0; i < BUCKETS; i++) {
      fullest = Math.max(fullest, ++buckets[hash("G\n/directory/file-" + i) & BUCKETS - 1]);
    }
    assertTrue(fullest < 12, "keys in the fullest bucket: " + fullest);
  }

  @Test
  void hashesDependOnTheInstanceAndOnTheLength() {
    CacheKeyBuilder other = new CacheKeyBuilder();
    byte[] key = "G\n/some/file\nlocalhost".getBytes(StandardCharsets.US_ASCII);
    assertEquals(keys.hash(key, key.length), keys.hash(key.clone(), key.length));
    assertNotEquals(keys.hash(key, key.length), other.hash(key, key.length));
    assertNotEquals(keys.hash(new byte[8], 8), keys.hash(new byte[9], 9));
  }
}
