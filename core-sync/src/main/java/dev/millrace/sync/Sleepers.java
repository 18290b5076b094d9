package dev.millrace.sync;

import java.lang.foreign.MemorySegment;

/**
 * The threads that wait for a resource which any running thread may take before them: a free lock
 * or a permit. At most one of them is called at a time.
 *
 * <p>Consists of two words beside the resource's own: a count and an epoch. For use inside a
 * primitive, which keeps the slot alive.
 */
final class Sleepers {
  /*
   * COUNT is twice the number of joined threads, plus CALLED: one of them has been woken and has
   * not tried yet. Until it has, further wakes would only bring more threads to compete for a
   * resource that running threads take anyway, at one system call each. java.util.concurrent holds
   * back wakes likewise.
   *
   * A waiter joins, then repeats: it reads the epoch, clears the call if there is one, tries, and
   * sleeps on that epoch. A releasing thread frees the resource, then checks COUNT. If threads have
   * joined and none is called, it makes the call: sets CALLED, changes the epoch, wakes one thread.
   * The epoch must be read before the call is cleared. In the other order:
   *
   *   W: finds no call
   *                          A: frees, calls, changes the epoch, wakes no thread
   *   W: reads the new epoch; B has taken the lock: sleeps, with the call set
   *                          B: frees, finds the call, wakes no thread       W sleeps forever
   *
   * Read first, the epoch is the old one, and the kernel refuses the sleep. A thread never sleeps
   * on a call that it has seen, so a set call means that some thread is awake and will try after
   * clearing it. Clearing another thread's call costs one wake too many, never one too few.
   *
   * A woken thread that fails may nap, still called: it sleeps for a bounded time. So the running
   * thread is undisturbed for that long where a lock is contended.
   */
  static final long COUNT_OFFSET = 8;
  private static final long EPOCH_OFFSET = 12;

  private static final int CALLED = 1;
  private static final int ONE = 2;

  private final MemorySegment epochWord;
  private final long countAddress;
  private final long epochAddress;

  /** Creates it without waiters; uses bytes 8 to 15 of {@code slot}. */
  Sleepers(MemorySegment slot) {
    epochWord = slot.asSlice(EPOCH_OFFSET, 4);
    countAddress = slot.address() + COUNT_OFFSET;
    epochAddress = slot.address() + EPOCH_OFFSET;
  }

  /**
   * Whether threads have joined or a call is set. Not reordered before the release of the resource.
   */
  static boolean mayHave(long slotAddress) {
    return Words.getVolatile(slotAddress + COUNT_OFFSET) != 0;
  }

  void join() {
    Words.getAndAdd(countAddress, ONE);
  }

  /** Ends a wait. The caller has tried to take the resource, or will release it again. */
  void leave() {
    int count;
    do {
      count = Words.getOpaque(countAddress);
    } while (!Words.compareAndSet(countAddress, count, (count - ONE) & ~CALLED));
  }

  /** Called before a try that {@link #sleep} may follow; returns the epoch to sleep on. */
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

  /** Sleeps for a bounded time without clearing the call. */
  void nap(long nanos, Deadline deadline) {
    long bound = Math.min(nanos, deadline.remainingNanos());
    var _ = Futex.timedWait(epochWord, Words.getVolatile(epochAddress), Deadline.afterNanos(bound));
  }

  /** Called after a release: wakes one thread, unless none has joined or one is already called. */
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
