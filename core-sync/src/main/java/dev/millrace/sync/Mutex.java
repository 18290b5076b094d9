package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A mutual exclusion lock.
 *
 * <p>Not recursive: a thread that locks it twice gets an {@link IllegalMonitorStateException}
 * instead of a deadlock. Only the thread that locked may unlock. Not fair: a running thread may
 * lock it before a thread that is waking up.
 *
 * <p>Actions before {@link #unlock} happen before those after the next {@link #lock}. Waiting
 * ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may call; a virtual
 * thread parks.
 *
 * <p>Source: lib/std/Thread/Mutex.zig ({@code FutexImpl}).
 */
public final class Mutex {
  /*
   * There are three states: unlocked, locked, and contended, which is locked with waiters. Zig
   * stores them in one word. Here the waiters are counted in words of their own (see Sleepers), so
   * that lock and unlock remain one atomic step and one read each while others sleep.
   *
   * The state is the lower half of a long, and the owner's thread id the upper half, so one
   * compare-and-set locks and records the owner. (Threads are distinguished by 32 bits of their
   * ids, which is unambiguous unless 2^32 threads were started between two of them.)
   *
   * Before it sleeps, a thread checks the word a few times (see Spin): a critical section is
   * usually shorter than the way into the kernel and back. A newcomer does not check where others
   * sleep, and a called thread checks only twice: the fewer threads compete, the longer each runs
   * undisturbed. A called thread that loses naps, at most twice, before it waits for another call:
   * it lost to threads that lock every few nanoseconds, and each call costs them a system call. The
   * price is that a lock which becomes free during a nap may stay unused until the nap ends. A
   * thread that waits for a long critical section sleeps from the start, and is called when the
   * section ends.
   */
  private static final long UNLOCKED = 0;
  private static final long LOCKED = 1;

  private static final int LOOKS_WHEN_CALLED = Math.min(2, Spin.LOOKS);
  private static final int NAPS = Math.min(2, Spin.LOOKS);
  private static final long FIRST_NAP_NANOS = 200_000;

  private final Sleepers sleepers;
  private final long address;

  public Mutex() {
    MemorySegment slot = WordSlab.allocate();
    sleepers = new Sleepers(slot);
    address = slot.address();
  }

  /** Locks if unlocked. Never waits. */
  public boolean tryLock() {
    try {
      return Words.compareAndSetLong(address, UNLOCKED, self() | LOCKED);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Locks, waiting without a time limit.
   *
   * @throws IllegalMonitorStateException if the calling thread already holds the lock
   */
  public void lock() {
    try {
      long self = self();
      if (!Words.compareAndSetLong(address, UNLOCKED, self | LOCKED)) {
        lockSlow(self, Deadline.NEVER);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * As {@link #lock}; closing the result unlocks: {@code try (var _ = mutex.locked()) {...}}.
   *
   * @throws IllegalMonitorStateException if the calling thread already holds the lock
   */
  public Held locked() {
    lock();
    return new Held(this);
  }

  /** A lock that is held until {@link #close}, which the same thread calls once. */
  public static final class Held implements AutoCloseable {
    private final Mutex mutex;

    private Held(Mutex mutex) {
      this.mutex = mutex;
    }

    /**
     * Unlocks.
     *
     * @throws IllegalMonitorStateException if the calling thread does not hold the lock
     */
    @Override
    public void close() {
      mutex.unlock();
    }
  }

  /**
   * Locks, waiting for at most {@code timeout}.
   *
   * @return false on timeout; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread already holds the lock
   */
  public boolean timedLock(Duration timeout) {
    return tryLock() || timedLock(Deadline.after(timeout));
  }

  /**
   * Locks, waiting until {@code deadline} at most.
   *
   * @return false if the deadline passed; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread already holds the lock
   */
  public boolean timedLock(Deadline deadline) {
    try {
      return tryLock() || lockSlow(self(), deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Unlocks and wakes one waiting thread, if any.
   *
   * @throws IllegalMonitorStateException if the calling thread does not hold the lock
   */
  public void unlock() {
    try {
      if (Words.getLongOpaque(address) != (self() | LOCKED)) {
        throw notHeld("unlock");
      }
      Words.getAndSetLong(address, UNLOCKED);
      if (Sleepers.mayHave(address)) {
        unlockSlow();
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  public boolean isHeldByCurrentThread() {
    try {
      return Words.getLongOpaque(address) == (self() | LOCKED);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  IllegalMonitorStateException notHeld(String operation) {
    long state = Words.getLongOpaque(address);
    return new IllegalMonitorStateException(
        operation
            + " by thread "
            + (self() >>> 32)
            + " of a mutex "
            + (state == UNLOCKED ? "that is not locked" : "held by thread " + (state >>> 32)));
  }

  private boolean lockSlow(long self, Deadline deadline) {
    if (Words.getLongOpaque(address) == (self | LOCKED)) {
      throw new IllegalMonitorStateException(
          "lock by thread " + (self >>> 32) + " of a mutex that it already holds (not recursive)");
    }
    if (!Sleepers.mayHave(address) && look(self, Spin.LOOKS)) {
      return true;
    }
    sleepers.join();
    boolean taken = waitForCall(self, deadline);
    sleepers.leave();
    return taken;
  }

  private boolean waitForCall(long self, Deadline deadline) {
    while (true) {
      int epoch = sleepers.prepare();
      if (Words.compareAndSetLong(address, UNLOCKED, self | LOCKED)) {
        return true;
      }
      if (!sleepers.sleep(epoch, deadline)) {
        return Words.compareAndSetLong(address, UNLOCKED, self | LOCKED);
      }
      if (look(self, LOOKS_WHEN_CALLED)) {
        return true;
      }
      for (int naps = 0; naps < NAPS; naps++) {
        sleepers.nap(FIRST_NAP_NANOS << naps, deadline);
        if (look(self, LOOKS_WHEN_CALLED)) {
          return true;
        }
      }
    }
  }

  private boolean look(long self, int looks) {
    for (int look = 0; look < looks; look++) {
      if (Words.getLongOpaque(address) == UNLOCKED
          && Words.compareAndSetLong(address, UNLOCKED, self | LOCKED)) {
        return true;
      }
      Spin.pause(look);
    }
    return false;
  }

  private void unlockSlow() {
    // A thread that has locked in the meantime calls a sleeper when it unlocks.
    if (Words.getLongVolatile(address) == UNLOCKED) {
      sleepers.call();
    }
  }

  private static long self() {
    return Thread.currentThread().threadId() << 32;
  }
}
