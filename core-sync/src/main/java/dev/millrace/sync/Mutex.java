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
   * Before it sleeps a thread looks at the word SPINS times: a critical section is usually shorter
   * than the way into the kernel and back. It does not spin behind sleepers (CONTENDED), because
   * the holder is then likely to be one that was itself slow to wake.
   *
   * The owner's thread id stands beside the word, on the same cache line. Only its own thread ever
   * writes a given id, so "owner == me" is exact without any ordering.
   */
  private static final int UNLOCKED = 0b00;
  private static final int LOCKED = 0b01;
  private static final int CONTENDED = 0b11;

  private static final long OWNER_OFFSET = 8;

  private final MemorySegment word;
  private final long address;

  /** An unlocked mutex. */
  public Mutex() {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(0, 4);
    address = slot.address();
  }

  /** Takes the lock if it is free. Never waits. */
  public boolean tryLock() {
    try {
      boolean taken = Words.compareAndSet(address, UNLOCKED, LOCKED);
      if (taken) {
        setOwner(currentId());
      }
      return taken;
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
      if (!Words.compareAndSet(address, UNLOCKED, LOCKED)) {
        lockSlow(Deadline.NEVER);
      }
      setOwner(currentId());
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
      if (tryLock()) {
        return true;
      }
      boolean taken = lockSlow(deadline);
      if (taken) {
        setOwner(currentId());
      }
      return taken;
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
      if (owner() != currentId()) {
        throw notHeld("unlock");
      }
      setOwner(0);
      if (Words.getAndSet(address, UNLOCKED) == CONTENDED) {
        Futex.wake(word, 1);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Whether the calling thread holds the lock. */
  public boolean isHeldByCurrentThread() {
    try {
      return owner() == currentId();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  IllegalMonitorStateException notHeld(String operation) {
    long owner = owner();
    return new IllegalMonitorStateException(
        operation
            + " by thread "
            + currentId()
            + " of a mutex "
            + (owner == 0 ? "that nobody holds" : "held by thread " + owner));
  }

  private boolean lockSlow(Deadline deadline) {
    if (owner() == currentId()) {
      throw new IllegalMonitorStateException(
          "lock by thread " + currentId() + " of a mutex that it holds already (not recursive)");
    }
    for (int spin = 0; spin < Spin.LIMIT; spin++) {
      int state = Words.getOpaque(address);
      if (state == UNLOCKED && Words.compareAndSet(address, UNLOCKED, LOCKED)) {
        return true;
      }
      if (state == CONTENDED) {
        break;
      }
      Thread.onSpinWait();
    }
    while (Words.getAndSet(address, CONTENDED) != UNLOCKED) {
      if (!Futex.timedWait(word, CONTENDED, deadline)) {
        return false;
      }
    }
    return true;
  }

  private static long currentId() {
    return Thread.currentThread().threadId();
  }

  private long owner() {
    return Words.getLongOpaque(address + OWNER_OFFSET);
  }

  private void setOwner(long threadId) {
    Words.setLongOpaque(address + OWNER_OFFSET, threadId);
  }
}
