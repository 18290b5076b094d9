package dev.millrace.cache;

/**
 * About how often things were asked for of late, in four bits each, whether they are kept or not: a
 * count-min sketch whose counts are halved from time to time (TinyLFU; Einziger, Friedman, Manes,
 * 2017). What shares all its places with others is taken for as popular as the least of them. One
 * thread only.
 */
final class FrequencySketch {
  private static final int MAX = 15;
  private static final int COUNTS_PER_WORD = 16;
  private static final int ROWS = 4;
  private static final long LOW_THREE_BITS = 0x7777_7777_7777_7777L;

  /** Odd numbers without a pattern; each row's places are another's by chance only. */
  private static final int[] FACTORS = {0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f};

  private final long[] words;
  private final int sample;
  private int added;

  /**
   * @param things about how many are to be told apart
   */
  FrequencySketch(int things) {
    words = new long[Integer.highestOneBit(Math.max(1, things - 1))]; // 8 to 16 counts for each
    sample = words.length * 10;
  }

  private int place(int hash, int row) {
    int mixed = hash * FACTORS[row];
    return (mixed ^ mixed >>> 15) & (words.length * COUNTS_PER_WORD - 1);
  }

  /** Something was asked for. */
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

  /** How often it was asked for of late, 15 at most. */
  int frequency(int hash) {
    int least = MAX;
    for (int row = 0; row < ROWS; row++) {
      int place = place(hash, row);
      int shift = (place & (COUNTS_PER_WORD - 1)) * 4;
      least = Math.min(least, (int) (words[place / COUNTS_PER_WORD] >>> shift) & MAX);
    }
    return least;
  }
}
