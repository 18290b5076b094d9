package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A lock for many readers or one writer.
 *
 * <p>A waiting writer holds back new readers while the lock is held. When a writer unlocks, readers
 * that have waited for about a millisecond get the lock before the next writer. Likewise a writer
 * that has waited so long gets it before further readers. Before that, any running thread may take
 * a free lock. So neither kind can starve the other. Writers are not fair among themselves. Not
 * recursive: a second {@link #lock} by one thread throws, but a thread that holds the lock shared
 * and locks it again in any mode may deadlock undetected. At most 65,535 readers may hold or wait
 * for the lock, and at most 65,535 writers may wait.
 *
 * <p>An unlock happens before a later lock of the other kind. Waiting ignores {@link
 * Thread#interrupt} and keeps the interrupt status. Any thread may call; a virtual thread parks.
 *
 * <p>Source: lib/std/Thread/RwLock.zig for the operations; its mutex and semaphore are replaced by
 * one word of counts and two words to sleep on.
 */
public final class RwLock {
  /*
   * STATE (see RwState) holds the counts and changes by compare-and-set only.
   *
   * An unlocking thread normally does not hand over the lock. It frees STATE and calls waiters: one
   * writer and all readers. If sleeping threads held the lock, running threads would soon sleep
   * behind them, and every turn would cost a context switch: a convoy. So called threads compete
   * with running ones, and no thread is called again until the called ones have run. Once a waiter
   * is overdue (PATIENCE), it can no longer lose: an unlocking writer then grants the lock (in one
   * step "readers wait" is added to "readers" and the phase changes; a reader holds the lock once
   * the phase differs from the one it queued in), and readers leave a free lock to the overdue
   * writer.
   *
   * Writers sleep on one epoch, readers on another. A waiter reads the epoch, then STATE. It sleeps
   * on that epoch only if that STATE excludes it and has no call, clearing the call if necessary. A
   * caller sets the call in STATE in the step that frees it, then changes the epoch, then wakes. So
   * a later call finds the waiter asleep or its epoch stale, and a thread that finds a call already
   * set can rely on the wake of the thread that set it. If the waiter left the call in STATE:
   *
   *   A: unlock, calls, changes the epoch; B locks              held, called
   *   W: reads the epoch, then STATE: held
   *   A: wakes no thread                       W: sleeps
   *   B: unlock, finds the call, wakes no thread                W sleeps although the lock is free
   *
   * A called writer checks the lock before it gives up. A reader whose deadline passes checks the
   * phase in the step that removes it from the count, so a grant that has come counts. A writer
   * that gives up may have been the last to exclude the readers, and no unlock may follow, so it
   * grants.
   */
  private static final long PATIENCE_NANOS = 1_000_000;
  private static final int READER_EPOCH_OFFSET = 8;
  private static final int WRITER_EPOCH_OFFSET = 12;
  private static final int OWNER_OFFSET = 16;

  private final MemorySegment readerEpoch;
  private final MemorySegment writerEpoch;
  final long address; // address of STATE; read by tests

  public RwLock() {
    MemorySegment slot = WordSlab.allocate();
    readerEpoch = slot.asSlice(READER_EPOCH_OFFSET, 4);
    writerEpoch = slot.asSlice(WRITER_EPOCH_OFFSET, 4);
    address = slot.address();
  }

  /** Locks for writing if the lock is free. Never waits. */
  public boolean tryLock() {
    try {
      return owned(takeExclusive());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Locks for writing, waiting without a time limit.
   *
   * @throws IllegalMonitorStateException if the calling thread already holds it for writing
   * @throws IllegalStateException if 65,535 writers already wait
   */
  public void lock() {
    timedLock(Deadline.NEVER);
  }

  /**
   * Locks for writing, waiting for at most {@code timeout}.
   *
   * @return false on timeout; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread already holds it for writing
   * @throws IllegalStateException if 65,535 writers already wait
   */
  public boolean timedLock(Duration timeout) {
    return tryLock() || timedLock(Deadline.after(timeout));
  }

  /**
   * Locks for writing, waiting until {@code deadline} at most.
   *
   * @return false if the deadline passed; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread already holds it for writing
   * @throws IllegalStateException if 65,535 writers already wait
   */
  public boolean timedLock(Deadline deadline) {
    try {
      return owned(takeExclusive() || lockSlow(deadline));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Unlocks the lock held for writing and wakes waiting threads, if any.
   *
   * @throws IllegalMonitorStateException if the calling thread does not hold it for writing
   */
  public void unlock() {
    try {
      if (owner() != currentId()) {
        throw new IllegalMonitorStateException(
            "unlock by thread " + currentId() + " of a lock " + describe());
      }
      setOwner(0);
      long state;
      long next;
      do {
        state = Words.getLongOpaque(address);
        next = RwState.withoutWriter(state);
      } while (!change(state, next));
      if (RwState.callsReaders(state, next)) {
        wakeReaders();
      }
      if ((next & ~state & RwState.WRITER_CALLED) != 0) {
        wakeWriter();
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Locks for reading if new readers are admitted. Never waits. */
  public boolean tryLockShared() {
    try {
      return takeShared();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Locks for reading, waiting without a time limit.
   *
   * @throws IllegalMonitorStateException if the calling thread holds it for writing
   * @throws IllegalStateException if 65,535 readers already hold it or wait
   */
  public void lockShared() {
    timedLockShared(Deadline.NEVER);
  }

  /**
   * Locks for reading, waiting for at most {@code timeout}.
   *
   * @return false on timeout; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it for writing
   * @throws IllegalStateException if 65,535 readers already hold it or wait
   */
  public boolean timedLockShared(Duration timeout) {
    return tryLockShared() || timedLockShared(Deadline.after(timeout));
  }

  /**
   * Locks for reading, waiting until {@code deadline} at most.
   *
   * @return false if the deadline passed; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it for writing
   * @throws IllegalStateException if 65,535 readers already hold it or wait
   */
  public boolean timedLockShared(Deadline deadline) {
    try {
      return takeShared() || lockSharedSlow(deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Unlocks the lock held for reading; the last reader wakes a waiting writer, if any.
   *
   * @throws IllegalMonitorStateException if no thread holds it for reading
   */
  public void unlockShared() {
    try {
      long state;
      long next;
      do {
        state = Words.getLongOpaque(address);
        if ((state & RwState.READERS) == 0) {
          throw new IllegalMonitorStateException(
              "unlockShared by thread " + currentId() + " of a lock " + describe());
        }
        next = RwState.withoutReader(state);
      } while (!change(state, next));
      if ((next & ~state & RwState.WRITER_CALLED) != 0) {
        wakeWriter();
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean change(long state, long next) {
    return Words.compareAndSetLong(address, state, next);
  }

  private boolean takeExclusive() {
    long state = Words.getLongOpaque(address);
    while (RwState.isFree(state)) {
      if (change(state, state | RwState.WRITING)) {
        return true;
      }
      state = Words.getLongOpaque(address);
    }
    return false;
  }

  private boolean takeShared() {
    long state = Words.getLongOpaque(address);
    while (RwState.admitsReader(state) && !RwState.isFull(state)) {
      if (change(state, state + RwState.READER)) {
        return true;
      }
      state = Words.getLongOpaque(address);
    }
    return false;
  }

  private boolean lockSlow(Deadline deadline) {
    refuseOwner("lock");
    for (int look = 0; look < Spin.LOOKS; look++) {
      Spin.pause(look);
      if (takeExclusive()) {
        return true;
      }
    }
    long state;
    do {
      if (takeExclusive()) {
        return true;
      }
      state = Words.getLongOpaque(address);
      if ((state & RwState.WRITERS_WAIT) == RwState.WRITERS_WAIT) {
        throw new IllegalStateException("more than 65,535 writers wait for one lock");
      }
    } while (RwState.isFree(state) || !change(state, state + RwState.WRITER_WAITS));
    return sleepAsWriter(deadline);
  }

  private boolean sleepAsWriter(Deadline deadline) {
    Deadline patience = Deadline.afterNanos(PATIENCE_NANOS);
    long overdue = 0;
    int look = Spin.LOOKS;
    while (true) {
      int epoch = Words.getAcquire(address + WRITER_EPOCH_OFFSET);
      long state = Words.getLongAcquire(address);
      if (RwState.isFree(state)) {
        if (change(state, RwState.withWaitingWriter(state))) {
          return true;
        }
      } else if (look < Spin.LOOKS) {
        Spin.pause(look++);
      } else {
        long next = (state & ~RwState.WRITER_CALLED) | overdue;
        if (next == state || change(state, next)) {
          if (!Futex.timedWait(writerEpoch, epoch, deadline)) {
            return leaveWriters();
          }
          overdue = patience.isExpired() ? RwState.WRITER_OVERDUE : 0;
          look = 0;
        }
      }
    }
  }

  private boolean leaveWriters() {
    long state;
    long next;
    do {
      state = Words.getLongAcquire(address);
      next = RwState.withoutWaitingWriter(state);
    } while (!change(state, next));
    if (RwState.callsReaders(state, next)) {
      wakeReaders();
    }
    return RwState.isFree(state);
  }

  private boolean lockSharedSlow(Deadline deadline) {
    refuseOwner("lockShared");
    for (int look = 0; look < Spin.LOOKS; look++) {
      Spin.pause(look);
      if (takeShared()) {
        return true;
      }
    }
    long state;
    do {
      if (takeShared()) {
        return true;
      }
      state = Words.getLongOpaque(address);
      if (RwState.isFull(state)) {
        throw new IllegalStateException("more than 65,535 readers of one lock");
      }
    } while (RwState.admitsReader(state) || !change(state, state + RwState.READER_WAITS));
    return sleepAsReader(deadline, RwState.phase(state));
  }

  private boolean sleepAsReader(Deadline deadline, long phase) {
    Deadline patience = Deadline.afterNanos(Math.min(PATIENCE_NANOS, deadline.remainingNanos()));
    long overdue = 0;
    int look = Spin.LOOKS;
    while (true) {
      int epoch = Words.getAcquire(address + READER_EPOCH_OFFSET);
      long state = Words.getLongAcquire(address);
      if (RwState.phase(state) != phase) {
        return true;
      }
      if (RwState.admitsReader(state)) {
        if (change(state, state - RwState.READER_WAITS + RwState.READER)) {
          return true;
        }
      } else if (look < Spin.LOOKS) {
        Spin.pause(look++);
      } else {
        long next = (state & ~RwState.READERS_CALLED) | overdue;
        if (next == state || change(state, next)) {
          boolean inTime = Futex.timedWait(readerEpoch, epoch, overdue == 0 ? patience : deadline);
          if (!inTime && deadline.isExpired()) {
            return leaveReaders(phase);
          }
          overdue = patience.isExpired() ? RwState.READER_OVERDUE : 0;
          look = 0;
        }
      }
    }
  }

  private boolean leaveReaders(long phase) {
    long state;
    do {
      state = Words.getLongAcquire(address);
      if (RwState.phase(state) != phase) {
        return true;
      }
    } while (!change(state, state - RwState.READER_WAITS));
    return false;
  }

  private void wakeReaders() {
    Words.getAndAdd(address + READER_EPOCH_OFFSET, 1);
    Futex.wake(readerEpoch, Integer.MAX_VALUE);
  }

  private void wakeWriter() {
    Words.getAndAdd(address + WRITER_EPOCH_OFFSET, 1);
    Futex.wake(writerEpoch, 1);
  }

  private void refuseOwner(String operation) {
    if (owner() == currentId()) {
      throw new IllegalMonitorStateException(
          operation + " by thread " + currentId() + " of a lock that it already holds for writing");
    }
  }

  private String describe() {
    return RwState.describe(Words.getLongOpaque(address), owner());
  }

  private static long currentId() {
    return Thread.currentThread().threadId();
  }

  private long owner() {
    return Words.getLongOpaque(address + OWNER_OFFSET);
  }

  private boolean owned(boolean taken) {
    if (taken) {
      setOwner(currentId());
    }
    return taken;
  }

  private void setOwner(long threadId) {
    Words.setLongOpaque(address + OWNER_OFFSET, threadId);
  }
}
