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
   * One word, three states. CONTENDED means "held, and somebody may be asleep": only an unlock that
   * finds it pays for a system call.
   *
   * A thread that has slept must take the lock as CONTENDED, never as LOCKED, since it cannot know
   * whether others sleep. With LOCKED:
   *
   *   A holds; B and C sleep                                      CONTENDED
   *   A: swap(UNLOCKED) -> CONTENDED, wakes B                     UNLOCKED
   *   B: takes it as LOCKED, unlocks: saw LOCKED, wakes nobody    UNLOCKED
   *   C sleeps for ever
   *
   * The price is one wake too many when B was the last.
   *
   * Before it sleeps, and again when it has been woken, a thread looks at the word a few times (see
   * Spin): a critical section is usually shorter than the way into the kernel and back. While it
   * looks it does not mark the word, so that the others lock and unlock without system calls. A
   * newcomer does not spin where others sleep: the fewer compete, the longer each runs undisturbed.
   *
   * The state is the lower half of a long, whose upper half is the owner's thread id: taking the
   * lock and saying whose it is are one compare-and-set, and unlock checks the owner by the one that
   * releases. (Two threads are told apart by 32 bits of their ids, that is, unless 2^32 were started
   * between them.)
   */
  private static final long UNLOCKED = 0b00;
  private static final long LOCKED = 0b01;
  private static final long CONTENDED = 0b11;

  private final MemorySegment word;
  private final long address;

  /** An unlocked mutex. */
  public Mutex() {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(Words.LOWER_HALF_OFFSET, 4);
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
      long self = self();
      if (!Words.compareAndSetLong(address, self | LOCKED, UNLOCKED)) {
        unlockSlow(self);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Whether the calling thread holds the lock. */
  public boolean isHeldByCurrentThread() {
    try {
      return isHeldBy(self(), Words.getLongOpaque(address));
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
    if (isHeldBy(self, Words.getLongOpaque(address))) {
      throw new IllegalMonitorStateException(
          "lock by thread " + (self >>> 32) + " of a mutex that it holds already (not recursive)");
    }
    long taken = self | LOCKED;
    while (true) {
      for (int look = 0; look < Spin.LOOKS; look++) {
        long state = Words.getLongOpaque(address);
        if (state == UNLOCKED && Words.compareAndSetLong(address, UNLOCKED, taken)) {
          return true;
        }
        if (isContended(state) && !isContended(taken)) {
          break;
        }
        Spin.pause(look);
      }
      taken = self | CONTENDED;
      long state = Words.getLongOpaque(address);
      if (state == UNLOCKED) {
        if (Words.compareAndSetLong(address, UNLOCKED, taken)) {
          return true;
        }
      } else if (isContended(state) || Words.compareAndSetLong(address, state, state | CONTENDED)) {
        if (!Futex.timedWait(word, (int) CONTENDED, deadline)) {
          return false;
        }
      }
    }
  }

  private void unlockSlow(long self) {
    if (!isHeldBy(self, Words.getLongOpaque(address))) {
      throw notHeld("unlock");
    }
    // From here on only marks of others can change the word.
    if (isContended(Words.getAndSetLong(address, UNLOCKED))) {
      Futex.wake(word, 1);
    }
  }

  private static boolean isContended(long state) {
    return (state & CONTENDED) == CONTENDED;
  }

  private static boolean isHeldBy(long self, long state) {
    return (state & LOCKED) != 0 && state >>> 32 == self >>> 32;
  }

  private static long self() {
    return Thread.currentThread().threadId() << 32;
  }
}
