package dev.millrace.sync;

/**
 * How long to look at a word before sleeping on it.
 *
 * <p>The looks grow rarer: each takes the cache line from whoever is about to change it, so that
 * eager spinning slows the very thread that is waited for. All of them together take about as long
 * as a futex wait and wake (some microseconds), so spinning at most doubles the cost of a wait that
 * must sleep after all. On a single processor nobody could change the word meanwhile.
 */
final class Spin {
  /** How many looks; 0 on a single processor. */
  static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 7 : 0;

  private Spin() {}

  /** Passes the time after the look numbered {@code look}, from 0: 1, 2, 4, ... pauses. */
  static void pause(int look) {
    for (int pauses = 1 << look; pauses > 0; pauses--) {
      Thread.onSpinWait();
    }
  }
}
