package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A condition variable: threads that hold a {@link Mutex} sleep until another thread signals a
 * change.
 *
 * <p>{@link #await} releases the mutex and sleeps in one step, so a signal by a thread that locked
 * the mutex afterwards is not missed. It may return without a signal and belongs in a loop that
 * checks the condition. All threads waiting at the same time must use the same mutex.
 *
 * <p>Actions before a signal happen before the return of the wait that it ends. Waiting ignores
 * {@link Thread#interrupt} and keeps the interrupt status. Any thread may call; a virtual thread
 * parks.
 *
 * <p>Source: lib/std/Thread/Condition.zig for the operations; the algorithm differs. Zig's {@code
 * wait} is called {@code await} here because {@link Object#wait()} is taken.
 */
public final class Condition {
  /*
   * EPOCH changes with every signal, and waiters sleep on it. A waiter reads it while it still
   * holds the mutex, and has been signalled once the value differs. If a signal comes between the
   * unlock and the sleep, the kernel refuses the sleep. (A waiter would miss exactly 2^32 signals
   * in that gap.)
   *
   * Zig counts signals instead, and a waiter consumes one. A late waiter can then consume a signal
   * meant for an early one:
   *
   *   W1, W2 wait                      S: broadcast, two signals
   *   W2 consumes one, has nothing to do, waits again: consumes the other
   *   W1 wakes up, finds no signal, sleeps on: it has missed the broadcast
   *
   * An epoch cannot be consumed. But the wake itself can go to the wrong thread, if the signaller
   * does not hold the mutex and a later waiter falls asleep between its two steps:
   *
   *   S: EPOCH += 1          W3: reads the new EPOCH, sleeps          S: wakes one: W3, not W1
   *
   * The kernel wakes the longest sleeper, but virtual threads have a queue of their own. So a
   * waiter that is woken while EPOCH still has the value it read passes the wake on and sleeps
   * again.
   *
   * SLEEPERS lets a signal avoid the system call if no thread sleeps. A waiter checks EPOCH a few
   * times (see Spin), then increments SLEEPERS, and only then sleeps: a signal that reads too low a
   * count has changed EPOCH before, so the kernel refuses the sleep. The waker decrements the count
   * at once, so that further signals before the waiter runs stay cheap; a waiter that was not woken
   * decrements it itself. Every signal changes EPOCH, even if the count is zero: a waiter woken by
   * a stray wake is awake and not counted, and without the change it would find its old epoch and
   * sleep although it was signalled. Errors (a late wake for the slot's former user) make the count
   * too high, which costs a system call, but never too low, which would lose a wake.
   */
  private static final int EPOCH_OFFSET = 4;

  private final MemorySegment epochWord;
  private final long sleepersAddress;
  private final long epochAddress;

  public Condition() {
    MemorySegment slot = WordSlab.allocate();
    epochWord = slot.asSlice(EPOCH_OFFSET, 4);
    sleepersAddress = slot.address();
    epochAddress = sleepersAddress + EPOCH_OFFSET;
  }

  /**
   * Releases {@code mutex}, sleeps until signalled, and locks the mutex again. May return
   * spuriously.
   *
   * @throws IllegalMonitorStateException if the calling thread does not hold {@code mutex}
   */
  public void await(Mutex mutex) {
    timedAwait(mutex, Deadline.NEVER);
  }

  /**
   * Like {@link #await}, for at most {@code timeout}; locking the mutex again may take longer.
   *
   * @return false on timeout
   * @throws IllegalMonitorStateException if the calling thread does not hold {@code mutex}
   */
  public boolean timedAwait(Mutex mutex, Duration timeout) {
    return timedAwait(mutex, Deadline.after(timeout));
  }

  /**
   * Like {@link #await}, until {@code deadline} at most; locking the mutex again may take longer.
   *
   * @return false if the deadline passed
   * @throws IllegalMonitorStateException if the calling thread does not hold {@code mutex}
   */
  public boolean timedAwait(Mutex mutex, Deadline deadline) {
    if (!mutex.isHeldByCurrentThread()) {
      throw mutex.notHeld("await");
    }
    int epoch = Words.getOpaque(epochAddress);
    mutex.unlock();
    try {
      return spin(epoch) || sleep(epoch, deadline);
    } finally {
      mutex.lock();
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Waits until a condition holds, which is checked at first and after each signal.
   *
   * @param holds called while the mutex is held
   * @throws IllegalMonitorStateException if the calling thread does not hold {@code mutex}
   */
  public void awaitUntil(Mutex mutex, BooleanSupplier holds) {
    timedAwaitUntil(mutex, Deadline.NEVER, holds);
  }

  /**
   * Like {@link #awaitUntil}, until {@code deadline} at most.
   *
   * @return whether the condition holds
   * @throws IllegalMonitorStateException if the calling thread does not hold {@code mutex}
   */
  public boolean timedAwaitUntil(Mutex mutex, Deadline deadline, BooleanSupplier holds) {
    if (!mutex.isHeldByCurrentThread()) {
      throw mutex.notHeld("await");
    }
    while (!holds.getAsBoolean()) {
      if (!timedAwait(mutex, deadline)) {
        return holds.getAsBoolean();
      }
    }
    return true;
  }

  /** Wakes one waiting thread, if any. The caller need not hold the mutex. */
  public void signal() {
    wake(1);
  }

  /** Wakes all waiting threads. The caller need not hold the mutex. */
  public void broadcast() {
    wake(Integer.MAX_VALUE);
  }

  private boolean spin(int epoch) {
    for (int look = 0; look < Spin.LOOKS; look++) {
      Spin.pause(look);
      if (Words.getAcquire(epochAddress) != epoch) {
        return true;
      }
    }
    return false;
  }

  private boolean sleep(int epoch, Deadline deadline) {
    Words.getAndAdd(sleepersAddress, 1);
    while (true) {
      Futex.End end = Futex.sleep(epochWord, epoch, deadline);
      boolean signalled = Words.getAcquire(epochAddress) != epoch;
      if (end != Futex.End.WOKEN) {
        Words.getAndAdd(sleepersAddress, -1);
        return end == Futex.End.BY_ITSELF;
      }
      if (signalled) {
        return true;
      }
      Words.getAndAdd(sleepersAddress, 1);
      wakeSleepers(1);
    }
  }

  private void wake(int maxWaiters) {
    try {
      Words.getAndAdd(epochAddress, 1);
      if (Words.getVolatile(sleepersAddress) != 0) {
        wakeSleepers(maxWaiters);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void wakeSleepers(int maxWaiters) {
    int woken = Futex.wake(epochWord, maxWaiters);
    if (woken != 0) {
      Words.getAndAdd(sleepersAddress, -woken);
    }
  }
}
