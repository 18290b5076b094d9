package dev.millrace.cache;

/**
 * The approximate number of recent requests for each key, cached or not, in four bits each: a
 * count-min sketch whose counts are halved periodically (TinyLFU; Einziger, Friedman, Manes, 2017).
 * The estimate is the least of a key's counters, so it is too high only if the key shares all of
 * them with other keys. Not thread-safe.
 */
final class FrequencySketch {
  private static final int MAX = 15;
  private static final int COUNTS_PER_WORD = 16;
  private static final int ROWS = 4;
  private static final long LOW_THREE_BITS = 0x7777_7777_7777_7777L;

  /** Odd numbers without a pattern, so that the rows' positions are independent. */
  private static final int[] FACTORS = {0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f};

  private final long[] words;
  private final int sample;
  private int added;

  /**
   * @param keys approximate number of keys to distinguish
   */
  FrequencySketch(int keys) {
    words = new long[Integer.highestOneBit(Math.max(1, keys - 1))]; // 8 to 16 counts a key
    sample = words.length * 10;
  }

  private int place(int hash, int row) {
    int mixed = hash * FACTORS[row];
    return (mixed ^ mixed >>> 15) & (words.length * COUNTS_PER_WORD - 1);
  }

  /** Counts a request. */
  void increment(int hash) {
    for (int row = 0; row < ROWS; row++) {
      int place = place(hash, row);
      int shift = (place & COUNTS_PER_WORD - 1) * 4;
      int word = place / COUNTS_PER_WORD;
      if ((words[word] >>> shift & MAX) < MAX) {
        words[word] += 1L << shift;
      }
    }
    if (++added == sample) {
      added = 0;
      for (int i = 0; i < words.length; i++) {
        words[i] = words[i] >>> 1 & LOW_THREE_BITS;
      }
    }
  }

  /** The approximate number of recent requests, at most 15. */
  int frequency(int hash) {
    int min = MAX;
    for (int row = 0; row < ROWS; row++) {
      int place = place(hash, row);
      int shift = (place & (COUNTS_PER_WORD - 1)) * 4;
      min = Math.min(min, (int) (words[place / COUNTS_PER_WORD] >>> shift) & MAX);
    }
    return min;
  }
}
