package dev.millrace.cache;

import java.util.concurrent.atomic.AtomicLong;

/** What a cache of answers did. Written by the loop's thread alone; any thread may read. */
public final class CacheStats {
  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  CacheStats() {}

  void hit() {
    hits.setOpaque(hits.getPlain() + 1);
  }

  void missed() {
    misses.setOpaque(misses.getPlain() + 1);
  }

  void holds(long answerCount, long responseBytes) {
    answers.setOpaque(answerCount);
    bytes.setOpaque(responseBytes);
  }

  /** Plain requests answered from memory. */
  public long hits() {
    return hits.getOpaque();
  }

  /** Plain requests that were passed on. */
  public long misses() {
    return misses.getOpaque();
  }

  /** Answers held now. */
  public long answers() {
    return answers.getOpaque();
  }

  /** Bytes that they take. */
  public long bytes() {
    return bytes.getOpaque();
  }
}
