package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Lets many readers, or one writer, into a critical section.
 *
 * <p>A writer that waits holds back new readers for as long as the lock is held; readers that have
 * waited for about a millisecond when a writer leaves come in before the next writer, and a writer
 * that has waited so long before further readers. Until then whoever runs may take a free lock. So
 * neither kind can keep the other out for ever. Writers among themselves are not fair. Not
 * recursive: a second {@link #lock} of one thread throws, but a thread that holds the lock shared
 * and asks again in any mode may wait for itself, which is not noticed. At most 65,535 readers may
 * hold it or wait for it, and as many writers wait.
 *
 * <p>What happened before an unlock happens before what follows a lock of the other kind. Waiting
 * ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may call; a virtual
 * thread parks.
 *
 * <p>Source: lib/std/Thread/RwLock.zig for the operations; its mutex and semaphore are here one
 * word of counts and two to sleep on.
 */
public final class RwLock {
  /*
   * STATE (see RwState) holds the counts and changes by compare-and-set alone.
   * Whoever leaves hands the lock to nobody. It frees STATE and calls those who wait: one writer and
   * all readers. Were the lock held by threads that still sleep, those that run would soon sleep
   * behind them, and every turn would cost a context switch: a convoy. So the called compete with
   * the running, and until they have run nobody is called again. But once a waiter is overdue
   * (PATIENCE), losing ends: then a leaving writer grants (in one step "readers wait" moves into
   * "readers" and the phase changes; a reader holds the lock once the phase is not the one it queued
   * in), and readers leave a free lock to the overdue writer.
   *
   * Writers sleep on one epoch, readers on another. A waiter reads the epoch, then STATE; it sleeps
   * on that epoch only if that STATE shuts it out and says "not called", if need be by taking the
   * call off. A caller puts the call into STATE in the step that frees it, then changes the epoch,
   * then wakes. So a later call finds the waiter asleep, or its epoch stale, and who finds a call
   * already there may rely on its maker's wake-up. Were the waiter to leave the call in STATE:
   *
   *   A: unlock, calls, changes the epoch; B takes the lock       held, called
   *   W: reads the epoch, then STATE: held
   *   A: wakes nobody                          W: sleeps
   *   B: unlock, finds the call, wakes nobody                     W sleeps beside a free lock
   *
   * A called writer looks before it leaves. A reader whose deadline passes looks at the phase in the
   * step that takes it off the count: a grant that has come counts. A writer that gives up may have
   * been the last to bar the readers, and nobody unlocks; so it grants.
   */
  private static final long PATIENCE_NANOS = 1_000_000;
  private static final int READER_EPOCH_OFFSET = 8;
  private static final int WRITER_EPOCH_OFFSET = 12;
  private static final int OWNER_OFFSET = 16;

  private final MemorySegment readerEpoch;
  private final MemorySegment writerEpoch;
  final long address; // of STATE, at which tests look

  /** A lock that nobody holds. */
  public RwLock() {
    MemorySegment slot = WordSlab.allocate();
    readerEpoch = slot.asSlice(READER_EPOCH_OFFSET, 4);
    writerEpoch = slot.asSlice(WRITER_EPOCH_OFFSET, 4);
    address = slot.address();
  }

  /** Takes the lock for writing if nobody holds it. Never waits. */
  public boolean tryLock() {
    try {
      return owned(takeExclusive());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Takes the lock for writing, waiting for it as long as it takes.
   *
   * @throws IllegalMonitorStateException if the calling thread holds it for writing already
   * @throws IllegalStateException if 65,535 writers wait already
   */
  public void lock() {
    timedLock(Deadline.NEVER);
  }

  /**
   * Takes the lock for writing, waiting for at most {@code timeout}.
   *
   * @return false if the time ran out; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it for writing already
   * @throws IllegalStateException if 65,535 writers wait already
   */
  public boolean timedLock(Duration timeout) {
    return tryLock() || timedLock(Deadline.after(timeout));
  }

  /**
   * Takes the lock for writing, waiting until {@code deadline} at most.
   *
   * @return false if the deadline passed; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it for writing already
   * @throws IllegalStateException if 65,535 writers wait already
   */
  public boolean timedLock(Deadline deadline) {
    try {
      return owned(takeExclusive() || lockSlow(deadline));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Lets go of the lock held for writing and wakes those who wait, if any.
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

  /** Takes the lock for reading if it is open to new readers. Never waits. */
  public boolean tryLockShared() {
    try {
      return takeShared();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Takes the lock for reading, waiting for it as long as it takes.
   *
   * @throws IllegalMonitorStateException if the calling thread holds it for writing
   * @throws IllegalStateException if 65,535 readers hold it or wait already
   */
  public void lockShared() {
    timedLockShared(Deadline.NEVER);
  }

  /**
   * Takes the lock for reading, waiting for at most {@code timeout}.
   *
   * @return false if the time ran out; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it for writing
   * @throws IllegalStateException if 65,535 readers hold it or wait already
   */
  public boolean timedLockShared(Duration timeout) {
    return tryLockShared() || timedLockShared(Deadline.after(timeout));
  }

  /**
   * Takes the lock for reading, waiting until {@code deadline} at most.
   *
   * @return false if the deadline passed; the lock is then not held
   * @throws IllegalMonitorStateException if the calling thread holds it for writing
   * @throws IllegalStateException if 65,535 readers hold it or wait already
   */
  public boolean timedLockShared(Deadline deadline) {
    try {
      return takeShared() || lockSharedSlow(deadline);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Lets go of the lock held for reading; the last reader wakes a writer that waits, if any.
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
          operation + " by thread " + currentId() + " of a lock that it holds for writing already");
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
