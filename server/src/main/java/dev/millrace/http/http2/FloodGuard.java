package dev.millrace.http.http2;

import org.jspecify.annotations.Nullable;

/**
 * Counts the cheap frames of one connection. Each kind has a {@linkplain Flood#bound bound} within
 * a period; beyond it the connection ends. Memory is allocated with the first such frame. Loop
 * thread only.
 */
final class FloodGuard {
  /** The period after which the counts start again. */
  static final long WINDOW_NANOS = 10_000_000_000L;

  private final Http2Stats stats;
  private short @Nullable [] counts;
  private long sinceNanos;

  FloodGuard(Http2Stats stats) {
    this.stats = stats;
  }

  /**
   * Counts one frame.
   *
   * @throws Http2Exception if there are too many of them
   */
  void count(Flood kind, long nowNanos) throws Http2Exception {
    short[] all = counts;
    if (all == null || nowNanos - sinceNanos > WINDOW_NANOS) {
      all = new short[Flood.COUNT];
      counts = all;
      sinceNanos = nowNanos;
    }
    if (++all[kind.ordinal()] > kind.bound()) {
      stats.flooded(kind);
      throw new Http2Exception(ErrorCode.ENHANCE_YOUR_CALM, "too many " + kind.label());
    }
  }

  /** Takes back the count of one frame, which has turned out to be of use. */
  void forgive(Flood kind) {
    short[] all = counts;
    if (all != null && all[kind.ordinal()] > 0) {
      all[kind.ordinal()]--;
    }
  }
}
