package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Counts permits; a thread that takes one waits while there are none.
 *
 * <p>Permits belong to nobody: any thread may post. Not fair: a running thread may take a permit
 * before one that is waking up. What happened before {@link #post} happens before the return of the
 * wait that takes the permit. Waiting ignores {@link Thread#interrupt} and keeps the interrupt
 * status. Any thread may call; a virtual thread parks.
 *
 * <p>Source: lib/std/Thread/Semaphore.zig, whose mutex and condition are here the two words that
 * they come down to. Zig's {@code wait} is called {@code await} because {@link Object#wait()} is
 * taken.
 */
public final class Semaphore {
  /*
   * PERMITS is the word that threads sleep on while it is 0; SLEEPERS counts those asleep or about to
   * be, so that a post that concerns nobody costs no system call. A sleeper is taken off the count by
   * whoever woke it, at once: further posts until it runs are free again. One that no wake ended
   * takes itself off.
   *
   * A waiter counts itself, then looks for a permit once more, then sleeps only if PERMITS is still 0
   * (the kernel looks); a poster adds its permit, then looks at SLEEPERS. Both steps are sequentially
   * consistent, so one sees the other. Were the poster to look at SLEEPERS first:
   *
   *   P: SLEEPERS == 0
   *                           W: SLEEPERS = 1, PERMITS == 0 -> sleeps
   *   P: PERMITS = 1          <- nobody is woken, W sleeps beside a permit
   *
   * Every post that sees a sleeper wakes one, also when permits were left over: two posts in a row
   * find two sleepers. A thread whose time runs out looks once more before it leaves.
   */
  private static final long SLEEPERS_OFFSET = 4;

  private final MemorySegment permitsWord;
  private final long address;
  private final int maxPermits;

  /**
   * A semaphore that may hold any number of permits up to {@link Integer#MAX_VALUE}.
   *
   * @throws IllegalArgumentException if {@code permits} is negative
   */
  public Semaphore(int permits) {
    this(permits, Integer.MAX_VALUE);
  }

  /**
   * A semaphore that refuses a post beyond {@code maxPermits}.
   *
   * @throws IllegalArgumentException if {@code permits} is negative or above {@code maxPermits}
   */
  public Semaphore(int permits, int maxPermits) {
    if (permits < 0 || permits > maxPermits) {
      throw new IllegalArgumentException(
          "permits must be 0 to " + maxPermits + ", were " + permits);
    }
    MemorySegment slot = WordSlab.allocate();
    permitsWord = slot.asSlice(0, 4);
    address = slot.address();
    this.maxPermits = maxPermits;
    Words.getAndSet(address, permits);
  }

  /** Takes a permit if there is one. Never waits. */
  public boolean tryAwait() {
    try {
      return take();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Takes a permit, waiting for one as long as it takes. */
  public void await() {
    try {
      if (!take()) {
        awaitSlow(Deadline.NEVER);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Takes a permit, waiting for at most {@code timeout}.
   *
   * @return false if the time ran out; no permit is then taken
   */
  public boolean timedAwait(Duration timeout) {
    return tryAwait() || timedAwait(Deadline.after(timeout));
  }

  /**
   * Takes a permit, waiting until {@code deadline} at most.
   *
   * @return false if the deadline passed; no permit is then taken
   */
  public boolean timedAwait(Deadline deadline) {
    try {
      return take() || awaitSlow(deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Adds a permit and wakes one waiting thread, if any.
   *
   * @throws IllegalStateException if the semaphore is full: more posts than waits
   */
  public void post() {
    try {
      int permits;
      do {
        permits = Words.getOpaque(address);
        if (permits == maxPermits) {
          throw new IllegalStateException(
              "post to a semaphore that holds all of its " + maxPermits + " permits");
        }
      } while (!Words.compareAndSet(address, permits, permits + 1));
      if (Words.getVolatile(address + SLEEPERS_OFFSET) != 0) {
        int woken = Futex.wake(permitsWord, 1);
        Words.getAndAdd(address + SLEEPERS_OFFSET, -woken);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The permits there are at this moment; for gauges. */
  public int permits() {
    try {
      return Words.getOpaque(address);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean take() {
    int permits = Words.getOpaque(address);
    while (permits > 0) {
      if (Words.compareAndSet(address, permits, permits - 1)) {
        return true;
      }
      permits = Words.getOpaque(address);
    }
    return false;
  }

  private boolean awaitSlow(Deadline deadline) {
    while (true) {
      for (int look = 0; look < Spin.LOOKS; look++) {
        Spin.pause(look);
        if (take()) {
          return true;
        }
      }
      Words.getAndAdd(address + SLEEPERS_OFFSET, 1);
      if (take()) {
        Words.getAndAdd(address + SLEEPERS_OFFSET, -1);
        return true;
      }
      Futex.End end = Futex.sleep(permitsWord, 0, deadline);
      if (end != Futex.End.WOKEN) {
        Words.getAndAdd(address + SLEEPERS_OFFSET, -1);
      }
      if (end == Futex.End.TIMED_OUT) {
        return take();
      }
    }
  }
}
