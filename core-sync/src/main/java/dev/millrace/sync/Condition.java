package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Lets threads that hold a {@link Mutex} sleep until another says that something has changed.
 *
 * <p>{@link #await} lets go of the mutex and sleeps in one step: a signal given by a thread that
 * took the mutex afterwards is not missed. It may return without a signal, so it belongs in a loop
 * over the condition itself. All that wait at one time do so with the same mutex.
 *
 * <p>Everything done before a signal happens before the return of the wait that it ends. Waiting
 * ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may call; a virtual
 * thread parks.
 *
 * <p>Source: lib/std/Thread/Condition.zig for the operations; the algorithm is another. Zig's
 * {@code wait} is called {@code await} here because {@link Object#wait()} is taken.
 */
public final class Condition {
  /*
   * EPOCH changes with every signal and is what waiters sleep on; each reads it while it still holds
   * the mutex and has been signalled once it is another. A signal that comes between the unlock and
   * the sleep makes the kernel refuse the sleep. (A waiter would sleep through exactly 2^32 signals
   * in that gap.)
   *
   * Zig counts signals instead, and a waiter leaves with one. That lets a late waiter take what was
   * meant for an early one:
   *
   *   W1, W2 wait                      S: broadcast, two signals
   *   W2 takes one, finds nothing to do, waits again: takes the other
   *   W1 wakes up, finds no signal, sleeps on: the broadcast has passed it by
   *
   * An epoch cannot be taken away. What can is the wake itself, when the signaller does not hold
   * the mutex and a later waiter falls asleep between its two steps:
   *
   *   S: EPOCH += 1          W3: reads the new EPOCH, sleeps          S: wakes one: W3, not W1
   *
   * The kernel wakes the longest sleeper, but virtual threads queue apart. So a waiter that is woken
   * although EPOCH is the one it read passes the wake on and sleeps again.
   *
   * SLEEPERS lets a signal that finds nobody asleep do without the kernel. A waiter looks at EPOCH a
   * few times (see Spin), then adds itself, and only then sleeps: a signal that finds the count too
   * low has changed EPOCH before, so the kernel refuses the sleep. It is taken off by whoever woke
   * it, at once, so that further signals until it runs are cheap too, or by itself if nobody did. EPOCH changes all the same: a waiter that was woken by a
   * stray wake is awake and off the count, and were a signal to leave it at that, the waiter would
   * find its old epoch and sleep again beside the signal. Mistakes (a late wake of the slot's former
   * user) leave the count too high, which costs a system call, never too low, which would cost a
   * wake-up.
   */
  private static final int EPOCH_OFFSET = 4;

  private final MemorySegment epochWord;
  private final long sleepersAddress;
  private final long epochAddress;

  /** A condition that nobody waits for. */
  public Condition() {
    MemorySegment slot = WordSlab.allocate();
    epochWord = slot.asSlice(EPOCH_OFFSET, 4);
    sleepersAddress = slot.address();
    epochAddress = sleepersAddress + EPOCH_OFFSET;
  }

  /**
   * Lets go of {@code mutex}, sleeps until signalled, and takes the mutex again. May return
   * spuriously.
   *
   * @throws IllegalMonitorStateException if the calling thread does not hold {@code mutex}
   */
  public void await(Mutex mutex) {
    timedAwait(mutex, Deadline.NEVER);
  }

  /**
   * Like {@link #await}, for at most {@code timeout}; taking the mutex again may take longer.
   *
   * @return false if the time ran out
   * @throws IllegalMonitorStateException if the calling thread does not hold {@code mutex}
   */
  public boolean timedAwait(Mutex mutex, Duration timeout) {
    return timedAwait(mutex, Deadline.after(timeout));
  }

  /**
   * Like {@link #await}, until {@code deadline} at most; taking the mutex again may take longer.
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

  /** Wakes one waiting thread, if any. The caller may hold the mutex or not. */
  public void signal() {
    wake(1);
  }

  /** Wakes all waiting threads. The caller may hold the mutex or not. */
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
