package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Waits for a number of tasks to finish.
 *
 * <p>Call {@link #start} before a task is handed over, {@link #finish} at its end, and {@link
 * #await} to wait for all. Actions before a finish happen before the return of the wait that it
 * ends. Waiting ignores {@link Thread#interrupt} and keeps the interrupt status. Any number of
 * threads may wait; any thread may call; a virtual thread parks.
 *
 * <p>Source: lib/std/Thread/WaitGroup.zig, which allows one waiter and needs a reset between two
 * uses. Here several threads may wait, and a finished group can be reused at once. Zig's {@code
 * wait} is called {@code await} because {@link Object#wait()} is taken.
 */
public final class WaitGroup {
  /*
   * Bit 0: a thread sleeps on the word. Bits 1 to 31: unfinished tasks. The finish of the last task
   * wakes all threads if bit 0 is set.
   *
   * The finish is a compare-and-set and not a subtraction, although that is one step: a finish
   * without a start would make the count huge for a moment, a waiter could sleep on that value, and
   * correcting the count would wake no thread.
   */
  private static final int SLEEPER = 1;
  private static final int ONE_TASK = 2;

  /** Maximum of unfinished tasks. */
  private static final int MAX_TASKS = Integer.MAX_VALUE / 2;

  private final MemorySegment word;
  private final long address;

  public WaitGroup() {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(0, 4);
    address = slot.address();
  }

  /**
   * Adds one task.
   *
   * @throws IllegalStateException if there are already 2^30
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
   * Runs a task on a new virtual thread, between {@link #start} and {@link #finish}; an exception
   * goes to its uncaught exception handler (Zig's {@code spawnManager}, whose thread is detached).
   *
   * @throws IllegalStateException if there are already 2^30 tasks
   */
  public void spawnManager(Runnable task) {
    start();
    boolean started = false;
    try {
      Thread.ofVirtual()
          .start(() -> {
            try {
              task.run();
            } finally {
              finish();
            }
          });
      started = true;
    } finally {
      if (!started) {
        finish();
      }
    }
  }

  /**
   * Marks one task as finished; the last one wakes all waiting threads.
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

  /** Waits until no task is unfinished, without a time limit. */
  public void await() {
    timedAwait(Deadline.NEVER);
  }

  /**
   * Waits until no task is unfinished, for at most {@code timeout}.
   *
   * @return false on timeout
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

  public boolean isDone() {
    try {
      return pending(Words.getAcquire(address)) == 0;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Checks that the group can be reused; a finished group always can.
   *
   * @throws IllegalStateException if tasks are unfinished
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
