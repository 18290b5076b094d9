package dev.millrace.loop;

/**
 * Ends the loop's sleep from another thread.
 *
 * <p>A word tells the loop's state, so that waking a loop that is awake costs one atomic exchange
 * and no system call:
 *
 * <pre>
 *   AWAKE --tryFallAsleep--> ASLEEP --wake (system call)--> NOTIFIED --awake--> AWAKE
 *   AWAKE --wake (no call)-> NOTIFIED; then tryFallAsleep is refused
 * </pre>
 */
interface Wakeup extends AutoCloseable {
  int AWAKE = 0;
  int ASLEEP = 1;
  int NOTIFIED = 2;

  /** Any thread: whatever was published before is seen by the loop's next turn. */
  void wake();

  /** Loop: about to sleep. False if somebody woke it meanwhile; then it must not. */
  boolean tryFallAsleep();

  /** Loop: no longer asleep; call before looking at what others published. */
  void awake();

  /** Loop: gives back what it holds, with nothing in flight. Waking remains harmless. */
  @Override
  void close();
}
