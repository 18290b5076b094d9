package dev.millrace.loop;

/**
 * Ends the loop's sleep from another thread.
 *
 * <p>A word holds the loop's state, so waking a loop that is awake costs one atomic exchange and no
 * system call:
 *
 * <pre>
 *   AWAKE --tryFallAsleep--> ASLEEP --wake (system call)--> NOTIFIED --awake--> AWAKE
 *   AWAKE --wake (no call)-> NOTIFIED; tryFallAsleep then fails
 * </pre>
 */
interface Wakeup extends AutoCloseable {
  int AWAKE = 0;
  int ASLEEP = 1;
  int NOTIFIED = 2;

  /** Makes the loop's next turn see everything published before. Any thread. */
  void wake();

  /**
   * Called before sleeping; false if the loop was woken since, and then it must not sleep. Loop
   * thread.
   */
  boolean tryFallAsleep();

  /** Called after sleeping, before the loop reads what other threads published. Loop thread. */
  void awake();

  /** Releases resources, with no operation in flight; waking stays harmless. Loop thread. */
  @Override
  void close();
}
