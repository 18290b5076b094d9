package dev.millrace.sync;

import java.lang.foreign.MemorySegment;

/**
 * Those who wait for something that any running thread may take before them: a free lock, a permit.
 * At most one of them is called at a time.
 *
 * <p>Two words beside the one that is waited for: a count and an epoch. For use inside a primitive,
 * which keeps the slot alive.
 */
final class Sleepers {
  /*
   * COUNT is twice the number of threads that have joined, plus CALLED: one of them has been woken
   * and has not looked yet. While it has not, further wake-ups would only bring more threads to
   * compete for what the running ones take anyway, at a system call each; j.u.c. holds back likewise.
   *
   * A waiter joins, then over and over: reads the epoch, takes a call off if there is one, tries,
   * and sleeps on that epoch. Who frees something does so, then looks at COUNT; if somebody has
   * joined and nobody is called, it calls: sets CALLED, changes the epoch, wakes one. The epoch has
   * to be read before the call is taken off. The other way round:
   *
   *   W: finds no call
   *                          A: frees, calls, changes the epoch, wakes nobody
   *   W: reads the new epoch; B has taken the lock: sleeps, with the call in place
   *                          B: frees, finds the call, wakes nobody          W sleeps for ever
   *
   * Read first, the epoch is the old one, and the kernel refuses the sleep. Nobody sleeps on a call
   * that he has seen, so a call in place means that somebody is awake who will look after taking it
   * off; taking off another's call costs a wake-up too many, never one too few.
   *
   * A woken thread that finds nothing to take may, still called, nap: sleep for a bounded time. So
   * where a lock is fought over, the one that runs does so undisturbed for that long.
   */
  static final long COUNT_OFFSET = 8;
  private static final long EPOCH_OFFSET = 12;

  private static final int CALLED = 1;
  private static final int ONE = 2;

  private final MemorySegment epochWord;
  private final long countAddress;
  private final long epochAddress;

  /** Nobody; uses bytes 8 to 15 of {@code slot}. */
  Sleepers(MemorySegment slot) {
    epochWord = slot.asSlice(EPOCH_OFFSET, 4);
    countAddress = slot.address() + COUNT_OFFSET;
    epochAddress = slot.address() + EPOCH_OFFSET;
  }

  /** Whether somebody has joined, or a call is left over. Not before what was just freed. */
  static boolean mayHave(long slotAddress) {
    return Words.getVolatile(slotAddress + COUNT_OFFSET) != 0;
  }

  void join() {
    Words.getAndAdd(countAddress, ONE);
  }

  /** Ends a wait; whatever there was to take has been tried, or will be given back. */
  void leave() {
    int count;
    do {
      count = Words.getOpaque(countAddress);
    } while (!Words.compareAndSet(countAddress, count, (count - ONE) & ~CALLED));
  }

  /** Before a try that {@link #sleep} is to follow: the epoch to sleep on. */
  int prepare() {
    int epoch = Words.getVolatile(epochAddress);
    int count;
    do {
      count = Words.getVolatile(countAddress);
    } while ((count & CALLED) != 0 && !Words.compareAndSet(countAddress, count, count & ~CALLED));
    return epoch;
  }

  /** Sleeps until called; false if the deadline passed. */
  boolean sleep(int epoch, Deadline deadline) {
    return Futex.timedWait(epochWord, epoch, deadline);
  }

  /** Sleeps for a while without taking the call off. */
  void nap(long nanos, Deadline deadline) {
    long bound = Math.min(nanos, deadline.remainingNanos());
    var _ = Futex.timedWait(epochWord, Words.getVolatile(epochAddress), Deadline.afterNanos(bound));
  }

  /** After something was freed: wakes one, unless nobody has joined or one is called already. */
  void call() {
    int count = Words.getVolatile(countAddress);
    while (count >= ONE && (count & CALLED) == 0) {
      if (Words.compareAndSet(countAddress, count, count | CALLED)) {
        Words.getAndAdd(epochAddress, 1);
        Futex.wake(epochWord, 1);
        return;
      }
      count = Words.getVolatile(countAddress);
    }
  }
}
