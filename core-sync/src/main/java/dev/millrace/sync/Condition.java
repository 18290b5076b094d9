package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Lets threads that hold a {@link Mutex} sleep until another says that something has changed.
 *
 * <p>{@link #await} lets go of the mutex and sleeps in one step: a signal given by a thread that
 * took the mutex afterwards is not missed. It may return without a signal, so it belongs in a loop
 * over the condition itself. At most 65,535 threads may wait at one time, all with the same mutex.
 *
 * <p>Everything done before a signal happens before the return of the wait that it ends. Waiting
 * ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may call; a virtual
 * thread parks.
 *
 * <p>Source: lib/std/Thread/Condition.zig ({@code FutexImpl}). Zig's {@code wait} is called {@code
 * await} here because {@link Object#wait()} is taken.
 */
public final class Condition {
  /*
   * STATE counts waiters (low half) and signals given to them (high half); signals <= waiters.
   * A waiter that returns takes one of each. EPOCH changes with every signal and is what waiters
   * sleep on, because STATE also changes for reasons that concern no sleeper.
   *
   * A waiter reads EPOCH, then looks at STATE for a signal, then sleeps if EPOCH is still the same;
   * a signaller writes STATE, then EPOCH, then wakes. Either order turned round loses a wake-up:
   *
   *   W: no signal in STATE
   *                            S: STATE += signal; EPOCH += 1; wakes nobody
   *   W: reads EPOCH (new), sleeps on it: the signal is there, but nothing will change EPOCH
   *
   * Hence getAcquire for EPOCH before STATE is read, and read-modify-writes in the signaller. (A
   * waiter would also sleep through exactly 2^32 signals between its look and its sleep.)
   *
   * A waiter whose deadline passes takes a signal if there is one, since the signaller counted on
   * it; otherwise it removes itself from the count.
   */
  private static final int ONE_WAITER = 1;
  private static final int WAITERS = 0xffff;
  private static final int ONE_SIGNAL = 1 << 16;

  private static final int EPOCH_OFFSET = 4;

  private final MemorySegment epochWord;
  private final long stateAddress;
  private final long epochAddress;

  /** A condition that nobody waits for. */
  public Condition() {
    MemorySegment slot = WordSlab.allocate();
    epochWord = slot.asSlice(EPOCH_OFFSET, 4);
    stateAddress = slot.address();
    epochAddress = stateAddress + EPOCH_OFFSET;
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
    enter();
    mutex.unlock();
    boolean signalled;
    try {
      signalled = sleep(deadline);
    } finally {
      mutex.lock();
      Reference.reachabilityFence(this);
    }
    return signalled;
  }

  /** Wakes one waiting thread, if any. The caller may hold the mutex or not. */
  public void signal() {
    wake(1);
  }

  /** Wakes all waiting threads. The caller may hold the mutex or not. */
  public void broadcast() {
    wake(WAITERS);
  }

  private void enter() {
    int state;
    do {
      state = Words.getOpaque(stateAddress);
      if ((state & WAITERS) == WAITERS) {
        throw new IllegalStateException("more than " + WAITERS + " threads await one condition");
      }
    } while (!Words.compareAndSet(stateAddress, state, state + ONE_WAITER));
  }

  private boolean sleep(Deadline deadline) {
    while (true) {
      int epoch = Words.getAcquire(epochAddress);
      if (takeSignal()) {
        return true;
      }
      if (!Futex.timedWait(epochWord, epoch, deadline)) {
        return leave();
      }
    }
  }

  private boolean takeSignal() {
    while (true) {
      int state = Words.getAcquire(stateAddress);
      if (signals(state) == 0) {
        return false;
      }
      if (Words.compareAndSet(stateAddress, state, state - ONE_WAITER - ONE_SIGNAL)) {
        return true;
      }
    }
  }

  private boolean leave() {
    while (!takeSignal()) {
      int state = Words.getAcquire(stateAddress);
      if (signals(state) == 0 && Words.compareAndSet(stateAddress, state, state - ONE_WAITER)) {
        return false;
      }
    }
    return true;
  }

  private void wake(int maxWaiters) {
    try {
      while (true) {
        int state = Words.getAcquire(stateAddress);
        int wakeable = (state & WAITERS) - signals(state);
        if (wakeable == 0) {
          break;
        }
        int count = Math.min(maxWaiters, wakeable);
        if (Words.compareAndSet(stateAddress, state, state + count * ONE_SIGNAL)) {
          Words.getAndAdd(epochAddress, 1);
          Futex.wake(epochWord, count);
          break;
        }
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private static int signals(int state) {
    return state >>> 16;
  }
}
