package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A counting semaphore: a thread that takes a permit waits while there is none.
 *
 * <p>Permits have no owner: any thread may post. Not fair: a running thread may take a permit
 * before a thread that is waking up. Actions before {@link #post} happen before the return of the
 * wait that takes the permit. Waiting ignores {@link Thread#interrupt} and keeps the interrupt
 * status. Any thread may call; a virtual thread parks.
 *
 * <p>Source: lib/std/Thread/Semaphore.zig, whose mutex and condition are reduced to two words here.
 * Zig's {@code wait} is called {@code await} because {@link Object#wait()} is taken.
 */
public final class Semaphore {
  /*
   * The state is a word of permits, and Sleepers. A post adds its permit, then calls one sleeper
   * unless one is already called. So several posts in a row may make only one call. A thread that
   * took a permit after waiting has thereby cleared the call, and calls the next sleeper if a
   * permit is left.
   *
   * A waiter joins, then tries once more to take a permit, then sleeps. A poster adds its permit,
   * then checks for waiters. These steps are sequentially consistent, so at least one sees the
   * other. If the poster checked first:
   *
   *   P: no thread has joined
   *                           W: joins, finds no permit, sleeps
   *   P: adds the permit      <- wakes no thread, W sleeps although there is a permit
   *
   * A thread whose deadline passes tries once more before it leaves. Unlike in a mutex, a called
   * thread that loses does not nap: the next post may come at any time or never.
   */
  private static final int LOOKS_WHEN_CALLED = Math.min(2, Spin.LOOKS);

  private final Sleepers sleepers;
  private final long address;
  private final int maxPermits;

  /**
   * Creates a semaphore that may hold up to {@link Integer#MAX_VALUE} permits.
   *
   * @throws IllegalArgumentException if {@code permits} is negative
   */
  public Semaphore(int permits) {
    this(permits, Integer.MAX_VALUE);
  }

  /**
   * Creates a semaphore that rejects a post beyond {@code maxPermits}.
   *
   * @throws IllegalArgumentException if {@code permits} is negative or above {@code maxPermits}
   */
  public Semaphore(int permits, int maxPermits) {
    if (permits < 0 || permits > maxPermits) {
      throw new IllegalArgumentException(
          "permits must be 0 to " + maxPermits + ", were " + permits);
    }
    MemorySegment slot = WordSlab.allocate();
    sleepers = new Sleepers(slot);
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

  /** Takes a permit, waiting without a time limit. */
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
   * @return false on timeout; no permit is then taken
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
   * @throws IllegalStateException if the semaphore already holds its maximum of permits
   */
  public void post() {
    try {
      int permits;
      do {
        permits = Words.getOpaque(address);
        if (permits == maxPermits) {
          throw new IllegalStateException(
              "post to a semaphore that already has all " + maxPermits + " permits");
        }
      } while (!Words.compareAndSet(address, permits, permits + 1));
      if (Sleepers.mayHave(address)) {
        sleepers.call();
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The current number of permits, for gauges. */
  public int permits() {
    try {
      return Words.getOpaque(address);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean take() {
    int permits = Words.getVolatile(address);
    while (permits > 0) {
      if (Words.compareAndSet(address, permits, permits - 1)) {
        return true;
      }
      permits = Words.getVolatile(address);
    }
    return false;
  }

  private boolean awaitSlow(Deadline deadline) {
    if (!Sleepers.mayHave(address) && look(Spin.LOOKS)) {
      return true;
    }
    sleepers.join();
    boolean taken = waitForCall(deadline);
    sleepers.leave();
    if (Words.getVolatile(address) > 0) {
      sleepers.call();
    }
    return taken;
  }

  private boolean waitForCall(Deadline deadline) {
    while (true) {
      int epoch = sleepers.prepare();
      if (take()) {
        return true;
      }
      if (!sleepers.sleep(epoch, deadline)) {
        return take();
      }
      if (look(LOOKS_WHEN_CALLED)) {
        return true;
      }
    }
  }

  private boolean look(int looks) {
    for (int look = 0; look < looks; look++) {
      Spin.pause(look);
      if (take()) {
        return true;
      }
    }
    return false;
  }
}
