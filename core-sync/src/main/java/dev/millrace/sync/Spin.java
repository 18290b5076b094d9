package dev.millrace.sync;

/**
 * How long to look at a word before sleeping on it.
 *
 * <p>The bound is chosen to cost less than the sleep it may save (a futex wait and wake are a few
 * microseconds together); on a single processor nobody could change the word meanwhile.
 */
final class Spin {
  /** Looks at the word, each followed by {@link Thread#onSpinWait}; 0 on a single processor. */
  static final int LIMIT = Runtime.getRuntime().availableProcessors() > 1 ? 100 : 0;

  private Spin() {}
}
