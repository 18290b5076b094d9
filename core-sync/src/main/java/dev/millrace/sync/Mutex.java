package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Lets one thread at a time into a critical section.
 *
 * <p>Not recursive: a thread that locks again what it holds gets an {@link
 * IllegalMonitorStateException} instead of a deadlock. Only the thread that locked may unlock. Not
 * fair: a running thread may take the lock before one that is waking up.
 *
 * <p>Everything done before {@link #unlock} happens before what follows the next {@link #lock}.
 * Waiting ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may call; a
 * virtual thread parks.
 *
 * <p>Source: lib/std/Thread/Mutex.zig ({@code FutexImpl}).
 */
public final class Mutex {
  /*
   * Three states: unlocked, locked, and contended, which is locked with somebody waiting. Zig has
   * them in one word. Here the third is a word of its own (see Sleepers), so that lock and unlock
   * remain one atomic step each while others sleep, and one read.
   *
   * The state is the lower half of a long, whose upper half is the owner's thread id: taking the
   * lock and saying whose it is are one compare-and-set. (Two threads are told apart by 32 bits of
   * their ids, that is, unless 2^32 were started between them.)
   *
   * Before it sleeps a thread looks at the word a few times (see Spin): a critical section is
   * usually shorter than the way into the kernel and back. A newcomer does not where others sleep,
   * and a called thread looks only twice: the fewer compete, the longer each runs undisturbed. A
   * called thread that loses naps, twice at most, before it asks to be called again: it lost to
   * threads that take the lock every few nanoseconds, and to be called costs them a system call.
   * The price is that a lock which falls quiet just then may stay free beside it for one nap. One
   * that waits for a long critical section sleeps to begin with, and is called when that ends.
   */
  private static final long UNLOCKED = 0;
  private static final long LOCKED = 1;

  private static final int LOOKS_WHEN_CALLED = Math.min(2, Spin.LOOKS);
  private static final int NAPS = Math.min(2, Spin.LOOKS);
  private static final long FIRST_NAP_NANOS = 200_000;

  private final Sleepers sleepers;
  private final long address;

  /** An unlocked mutex. */
  public Mutex() {
    MemorySegment slot = WordSlab.allocate();
    sleepers = new Sleepers(slot);
    address = slot.address();
  }

  /** Takes the lock if it is free. Never waits. */
  public boolean tryLock() {
    try {
      return Words.compareAndSetLong(address, UNLOCKED, self() | LOCKED);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Takes the lock, waiting for it as long as it takes.
   *
   * @throws IllegalMonitorStateException if the calling thread holds it already
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
   * Takes the lock, waiting for at most {@code timeout}.
   *
   * @return false if the time ran out; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it already
   */
  public boolean timedLock(Duration timeout) {
    return tryLock() || timedLock(Deadline.after(timeout));
  }

  /**
   * Takes the lock, waiting until {@code deadline} at most.
   *
   * @return false if the deadline passed; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it already
   */
  public boolean timedLock(Deadline deadline) {
    try {
      return tryLock() || lockSlow(self(), deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Lets go of the lock and wakes one thread that waits for it, if any.
   *
   * @throws IllegalMonitorStateException if the calling thread does not hold it
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

  /** Whether the calling thread holds the lock. */
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
            + (state == UNLOCKED ? "that nobody holds" : "held by thread " + (state >>> 32)));
  }

  private boolean lockSlow(long self, Deadline deadline) {
    if (Words.getLongOpaque(address) == (self | LOCKED)) {
      throw new IllegalMonitorStateException(
          "lock by thread " + (self >>> 32) + " of a mutex that it holds already (not recursive)");
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
    // Whoever has taken the lock meanwhile will look when he leaves.
    if (Words.getLongVolatile(address) == UNLOCKED) {
      sleepers.call();
    }
  }

  private static long self() {
    return Thread.currentThread().threadId() << 32;
  }
}
