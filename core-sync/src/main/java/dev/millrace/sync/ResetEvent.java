package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A flag that threads can wait for, and that can be reset.
 *
 * <p>Actions before {@link #set} happen before {@link #isSet} returns true and before a wait
 * returns. Waiting ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may
 * call; a virtual thread parks.
 *
 * <p>Source: lib/std/Thread/ResetEvent.zig. Zig's {@code wait} is called {@code await} because
 * {@link Object#wait()} is taken. Unlike in Zig, {@link #reset} is allowed while threads wait.
 */
public final class ResetEvent {
  /*
   * WAITING means UNSET with sleepers, so that set() knows whether to call the kernel. reset()
   * changes only SET to UNSET: if it stored UNSET over WAITING, the next set() would wake no thread
   * and the sleepers would stay asleep.
   */
  private static final int UNSET = 0;
  private static final int WAITING = 1;
  private static final int SET = 2;

  private final MemorySegment word;
  private final long address;

  /** Creates an event that is not set. */
  public ResetEvent() {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(0, 4);
    address = slot.address();
  }

  public boolean isSet() {
    try {
      return Words.getAcquire(address) == SET;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Waits until the event is set, without a time limit. A reset right after the set may make the
   * caller wait again.
   */
  public void await() {
    if (!isSet()) {
      awaitSlow(Deadline.NEVER);
    }
  }

  /**
   * Waits until the event is set, for at most {@code timeout}.
   *
   * @return false on timeout
   */
  public boolean timedAwait(Duration timeout) {
    return isSet() || awaitSlow(Deadline.after(timeout));
  }

  /**
   * Waits until the event is set, until {@code deadline} at most.
   *
   * @return false if the deadline passed
   */
  public boolean timedAwait(Deadline deadline) {
    return isSet() || awaitSlow(deadline);
  }

  /** Sets the event and wakes all waiting threads. No effect if already set. */
  public void set() {
    try {
      if (Words.getAcquire(address) != SET && Words.getAndSet(address, SET) == WAITING) {
        Futex.wake(word, Integer.MAX_VALUE);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Clears the event. No effect if not set. */
  public void reset() {
    try {
      Words.compareAndSet(address, SET, UNSET);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean awaitSlow(Deadline deadline) {
    try {
      return spin() || sleep(deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean spin() {
    for (int look = 0; look < Spin.LOOKS; look++) {
      Spin.pause(look);
      if (Words.getAcquire(address) == SET) {
        return true;
      }
    }
    return false;
  }

  private boolean sleep(Deadline deadline) {
    while (true) {
      int state = Words.getAcquire(address);
      if (state == SET) {
        return true;
      }
      if (state == UNSET && !Words.compareAndSet(address, UNSET, WAITING)) {
        continue;
      }
      if (!Futex.timedWait(word, WAITING, deadline)) {
        return Words.getAcquire(address) == SET;
      }
    }
  }
}
