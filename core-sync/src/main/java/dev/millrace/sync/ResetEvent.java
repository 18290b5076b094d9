package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A flag that threads can wait for, and that can be taken back.
 *
 * <p>What happened before {@link #set} happens before {@link #isSet} answers true and before a wait
 * returns. Waiting ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may
 * call; a virtual thread parks.
 *
 * <p>Source: lib/std/Thread/ResetEvent.zig. Zig's {@code wait} is called {@code await} because
 * {@link Object#wait()} is taken. Unlike Zig's, {@link #reset} is allowed while threads wait.
 */
public final class ResetEvent {
  /*
   * WAITING is UNSET with somebody asleep, so that set() knows whether to call the kernel. reset()
   * turns SET into UNSET and nothing else: were it to store UNSET over WAITING, the next set()
   * would find nobody to wake and the sleepers would stay.
   */
  private static final int UNSET = 0;
  private static final int WAITING = 1;
  private static final int SET = 2;

  private final MemorySegment word;
  private final long address;

  /** An event that is not set. */
  public ResetEvent() {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(0, 4);
    address = slot.address();
  }

  /** Whether the event is set. */
  public boolean isSet() {
    try {
      return Words.getAcquire(address) == SET;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Waits until the event is set, as long as it takes. A reset right after the set may send the
   * caller back to waiting.
   */
  public void await() {
    if (!isSet()) {
      awaitSlow(Deadline.NEVER);
    }
  }

  /**
   * Waits until the event is set, for at most {@code timeout}.
   *
   * @return false if the time ran out
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

  /** Sets the event and wakes all that wait for it. Without effect if it is set. */
  public void set() {
    try {
      if (Words.getAcquire(address) != SET && Words.getAndSet(address, SET) == WAITING) {
        Futex.wake(word, Integer.MAX_VALUE);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Takes the event back. Without effect if it is not set. */
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
