package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Waits for a number of tasks to finish.
 *
 * <p>{@link #start} before a task is handed over, {@link #finish} at its end, {@link #await} for
 * all. What happened before a finish happens before the return of the wait it ends. Waiting ignores
 * {@link Thread#interrupt} and keeps the interrupt status. Any number of threads may wait; any
 * thread may call; a virtual thread parks.
 *
 * <p>Source: lib/std/Thread/WaitGroup.zig, which allows one waiter and needs a reset between two
 * uses; here several may wait and the group is ready again once it is done. Zig's {@code wait} is
 * called {@code await} because {@link Object#wait()} is taken.
 */
public final class WaitGroup {
  /*
   * Bit 0: somebody sleeps on the word. Bits 1 to 31: tasks not yet finished. A finish that takes
   * the last task away and finds bit 0 wakes everybody.
   *
   * The finish is a compare-and-set rather than a subtraction, although the latter is one step: a
   * finish without a start would otherwise make the count huge for a moment, a waiter could go to
   * sleep on that, and putting the count right would wake nobody.
   */
  private static final int SLEEPER = 1;
  private static final int ONE_TASK = 2;

  /** Tasks that may be unfinished at one time. */
  private static final int MAX_TASKS = Integer.MAX_VALUE / 2;

  private final MemorySegment word;
  private final long address;

  /** A group without tasks. */
  public WaitGroup() {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(0, 4);
    address = slot.address();
  }

  /**
   * Adds one task.
   *
   * @throws IllegalStateException if there are 2^30 already
   */
  public void start() {
    startMany(1);
  }

  /**
   * Adds {@code tasks} tasks.
   *
   * @throws IllegalArgumentException if {@code tasks} is negative
   * @throws IllegalStateException if there would be more than 2^30
   */
  public void startMany(int tasks) {
    try {
      if (tasks < 0) {
        throw new IllegalArgumentException("tasks must not be negative, were " + tasks);
      }
      int state;
      do {
        state = Words.getOpaque(address);
        if (tasks > MAX_TASKS - pending(state)) {
          throw new IllegalStateException(
              "start of " + tasks + " tasks beside " + pending(state) + " is above " + MAX_TASKS);
        }
      } while (!Words.compareAndSet(address, state, state + tasks * ONE_TASK));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Marks one task as finished; the last one wakes all that wait.
   *
   * @throws IllegalStateException if no task is unfinished: a finish without a start
   */
  public void finish() {
    try {
      int state;
      int next;
      do {
        state = Words.getOpaque(address);
        if (pending(state) == 0) {
          throw new IllegalStateException("finish without a start: no task is unfinished");
        }
        next = state - ONE_TASK;
        if (next == SLEEPER) {
          next = 0;
        }
      } while (!Words.compareAndSet(address, state, next));
      if (state == (ONE_TASK | SLEEPER)) {
        Futex.wake(word, Integer.MAX_VALUE);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Waits until no task is unfinished, as long as it takes. */
  public void await() {
    timedAwait(Deadline.NEVER);
  }

  /**
   * Waits until no task is unfinished, for at most {@code timeout}.
   *
   * @return false if the time ran out
   */
  public boolean timedAwait(Duration timeout) {
    return isDone() || timedAwait(Deadline.after(timeout));
  }

  /**
   * Waits until no task is unfinished, until {@code deadline} at most.
   *
   * @return false if the deadline passed
   */
  public boolean timedAwait(Deadline deadline) {
    try {
      return isDone() || spin() || sleep(deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Whether no task is unfinished. */
  public boolean isDone() {
    try {
      return pending(Words.getAcquire(address)) == 0;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Makes sure that the group may be used anew. A group that is done already may.
   *
   * @throws IllegalStateException if tasks are unfinished; they would be lost
   */
  public void reset() {
    try {
      int pending = pending(Words.getAcquire(address));
      if (pending != 0) {
        throw new IllegalStateException("reset of a group with " + pending + " unfinished tasks");
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean spin() {
    for (int look = 0; look < Spin.LOOKS; look++) {
      Spin.pause(look);
      if (pending(Words.getAcquire(address)) == 0) {
        return true;
      }
    }
    return false;
  }

  private boolean sleep(Deadline deadline) {
    while (true) {
      int state = Words.getAcquire(address);
      if (pending(state) == 0) {
        return true;
      }
      int asleep = state | SLEEPER;
      if (state != asleep && !Words.compareAndSet(address, state, asleep)) {
        continue;
      }
      if (!Futex.timedWait(word, asleep, deadline)) {
        return pending(Words.getAcquire(address)) == 0;
      }
    }
  }

  private static int pending(int state) {
    return state >>> 1;
  }
}
