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
   * A word of permits, and Sleepers. A post adds its permit, then calls one sleeper unless one is
   * called already; so several posts in a row may leave it at one call, and whoever has taken a
   * permit after waiting, and with that has taken the call off, passes it on if a permit is left.
   *
   * A waiter joins, then looks for a permit once more, then sleeps; a poster adds its permit, then
   * looks who has joined. These steps are sequentially consistent, so one sees the other. Were the
   * poster to look first:
   *
   *   P: nobody has joined
   *                           W: joins, finds no permit, sleeps
   *   P: adds the permit      <- nobody is woken, W sleeps beside a permit
   *
   * A thread whose time runs out looks once more before it leaves. Unlike a mutex's, a called
   * thread that loses does not nap: the next post may be the last, and there is no knowing when.
   */
  private static final int LOOKS_WHEN_CALLED = Math.min(2, Spin.LOOKS);

  private final Sleepers sleepers;
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
      if (Sleepers.mayHave(address)) {
        sleepers.call();
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
