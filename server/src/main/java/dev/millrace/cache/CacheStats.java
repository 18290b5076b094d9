package dev.millrace.cache;

import java.util.concurrent.atomic.AtomicLong;

/** Counters of a response cache. Only the loop thread writes; any thread may read. */
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

  /** Cacheable requests with a cached response. */
  public long hits() {
    return hits.getOpaque();
  }

  /** Cacheable requests without a usable cached response. */
  public long misses() {
    return misses.getOpaque();
  }

  /** Number of responses in the cache. */
  public long answers() {
    return answers.getOpaque();
  }

  /** Size of the cache in bytes. */
  public long bytes() {
    return bytes.getOpaque();
  }
}
