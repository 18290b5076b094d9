package dev.millrace.sync;

/**
 * How often to check a word before sleeping on it.
 *
 * <p>The intervals between checks grow: each check takes the cache line from the thread that is
 * about to change it, so eager spinning would slow that thread down. All checks together take about
 * as long as a futex wait and wake (a few microseconds), so spinning at most doubles the cost of a
 * wait that must sleep after all. On a single processor no other thread could change the word in
 * the meantime.
 */
final class Spin {
  /** Number of checks; 0 on a single processor. */
  static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 7 : 0;

  private Spin() {}

  /** Pauses after check number {@code look}, from 0: 1, 2, 4, ... pauses. */
  static void pause(int look) {
    for (int pauses = 1 << look; pauses > 0; pauses--) {
      Thread.onSpinWait();
    }
  }
}
