package dev.millrace.sync;

import static dev.millrace.sync.RwState.READER;
import static dev.millrace.sync.RwState.READERS;
import static dev.millrace.sync.RwState.READERS_WAIT;
import static dev.millrace.sync.RwState.READER_WAITS;
import static dev.millrace.sync.RwState.WRITERS_WAIT;
import static dev.millrace.sync.RwState.WRITER_WAITS;
import static dev.millrace.sync.RwState.WRITING;
import static dev.millrace.sync.RwState.grant;
import static dev.millrace.sync.RwState.isFree;
import static dev.millrace.sync.RwState.phase;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Lets many readers, or one writer, into a critical section.
 *
 * <p>A writer that waits holds back new readers; a writer that leaves lets in all readers that
 * waited meanwhile, also before the next writer. So neither kind can keep the other out for ever.
 * Writers among themselves are not fair. Not recursive: a second {@link #lock} of one thread
 * throws, but a thread that holds the lock shared and asks again in any mode may wait for itself,
 * which is not noticed. At most 65,535 readers may hold it or wait for it, and as many writers
 * wait.
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
   *
   * Writers sleep on one epoch, readers on another. An epoch changes after STATE has, and is read
   * before STATE is looked at, so that no wake-up falls in between: a sleeper either
   * sees the new STATE or is refused its sleep.
   *
   * Readers are let in by grant: in one step "readers wait" moves into "readers" and the phase
   * changes. A waiting reader holds the lock once the phase is not the one it queued in; it does
   * not compete. Competing would let writers that keep arriving pass the woken readers each time:
   *
   *   W1: unlock, wakes R       R: waking up ...      W2: lock (a writer that waits bars readers)
   *   R: barred by W2, sleeps; W2: unlock, wakes R    W3: lock; and so on
   *
   * A reader whose deadline passes looks at the phase in the same compare-and-set that takes it off
   * the count: a grant that has come counts, since the granter has counted on it.
   *
   * Writers do compete. A writer that gives up may have been the only thing that barred the readers
   * behind it, who sleep although the lock is only held shared; so it grants in its place.
   *
   * SLEEPERS counts writers asleep or about to be, as in Semaphore: a writer that has been woken
   * still bars the readers, being counted in STATE, but is woken only once.
   */
  private static final int READER_EPOCH_OFFSET = 8;
  private static final int WRITER_EPOCH_OFFSET = 12;
  private static final int OWNER_OFFSET = 16;
  private static final int SLEEPERS_OFFSET = 24;

  private final MemorySegment readerEpoch;
  private final MemorySegment writerEpoch;
  private final long address;

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
      boolean taken = takeExclusive();
      if (taken) {
        setOwner(currentId());
      }
      return taken;
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
      boolean taken = takeExclusive() || lockSlow(deadline);
      if (taken) {
        setOwner(currentId());
      }
      return taken;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Lets go of the lock held for writing: to the readers that wait, or else to one writer.
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
        next = grant(state & ~WRITING);
      } while (!Words.compareAndSetLong(address, state, next));
      if ((state & READERS_WAIT) != 0) {
        wakeReaders();
      } else if ((state & WRITERS_WAIT) != 0) {
        wakeWriter();
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Takes the lock for reading if no writer holds it or waits for it. Never waits. */
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
      do {
        state = Words.getLongOpaque(address);
        if ((state & READERS) == 0) {
          throw new IllegalMonitorStateException(
              "unlockShared by thread " + currentId() + " of a lock " + describe());
        }
      } while (!Words.compareAndSetLong(address, state, state - READER));
      if ((state & READERS) == READER && (state & WRITERS_WAIT) != 0) {
        wakeWriter();
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean takeExclusive() {
    long state = Words.getLongOpaque(address);
    while (isFree(state)) {
      if (Words.compareAndSetLong(address, state, state | WRITING)) {
        return true;
      }
      state = Words.getLongOpaque(address);
    }
    return false;
  }

  private boolean takeShared() {
    long state = Words.getLongOpaque(address);
    while ((state & (WRITING | WRITERS_WAIT)) == 0 && (state & READERS) != READERS) {
      if (Words.compareAndSetLong(address, state, state + READER)) {
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
      state = Words.getLongOpaque(address);
      if (isFree(state) && Words.compareAndSetLong(address, state, state | WRITING)) {
        return true;
      }
      if ((state & WRITERS_WAIT) == WRITERS_WAIT) {
        throw new IllegalStateException("more than 65,535 writers wait for one lock");
      }
    } while (isFree(state) || !Words.compareAndSetLong(address, state, state + WRITER_WAITS));

    return sleepAsWriter(deadline);
  }

  private boolean sleepAsWriter(Deadline deadline) {
    while (true) {
      Words.getAndAdd(address + SLEEPERS_OFFSET, 1);
      int epoch = Words.getAcquire(address + WRITER_EPOCH_OFFSET);
      Futex.End end = Futex.End.BY_ITSELF;
      if (!isFree(Words.getLongAcquire(address))) {
        end = Futex.sleep(writerEpoch, epoch, deadline);
      }
      if (end != Futex.End.WOKEN) {
        Words.getAndAdd(address + SLEEPERS_OFFSET, -1);
      }
      if (end == Futex.End.TIMED_OUT) {
        return leaveWriters();
      }
      for (int look = 0; look <= Spin.LOOKS; look++) {
        long state = Words.getLongAcquire(address);
        if (isFree(state)
            && Words.compareAndSetLong(address, state, (state - WRITER_WAITS) | WRITING)) {
          return true;
        }
        Spin.pause(look);
      }
    }
  }

  private boolean leaveWriters() {
    while (true) {
      long state = Words.getLongAcquire(address);
      long left = state - WRITER_WAITS;
      if (isFree(state)) {
        if (Words.compareAndSetLong(address, state, left | WRITING)) {
          return true;
        }
      } else {
        boolean barsReaders = (left & (WRITING | WRITERS_WAIT)) == 0;
        long next = barsReaders ? grant(left) : left;
        if (Words.compareAndSetLong(address, state, next)) {
          if (next != left) {
            wakeReaders();
          }
          return false;
        }
      }
    }
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
      // Together, so that a grant never carries into the next field.
      if ((state & READERS) + (state & READERS_WAIT) / READER_WAITS >= READERS) {
        throw new IllegalStateException("more than 65,535 readers of one lock");
      }
    } while ((state & (WRITING | WRITERS_WAIT)) == 0
        || !Words.compareAndSetLong(address, state, state + READER_WAITS));

    long phase = phase(state);
    while (true) {
      int epoch = Words.getAcquire(address + READER_EPOCH_OFFSET);
      if (phase(Words.getLongAcquire(address)) != phase) {
        return true;
      }
      if (!Futex.timedWait(readerEpoch, epoch, deadline)) {
        return leaveReaders(phase);
      }
    }
  }

  private boolean leaveReaders(long phase) {
    while (true) {
      long state = Words.getLongAcquire(address);
      if (phase(state) != phase) {
        return true;
      }
      if (Words.compareAndSetLong(address, state, state - READER_WAITS)) {
        return false;
      }
    }
  }

  private void wakeReaders() {
    Words.getAndAdd(address + READER_EPOCH_OFFSET, 1);
    Futex.wake(readerEpoch, Integer.MAX_VALUE);
  }

  private void wakeWriter() {
    if (Words.getVolatile(address + SLEEPERS_OFFSET) != 0) {
      Words.getAndAdd(address + WRITER_EPOCH_OFFSET, 1);
      Words.getAndAdd(address + SLEEPERS_OFFSET, -Futex.wake(writerEpoch, 1));
    }
  }

  private void refuseOwner(String operation) {
    if (owner() == currentId()) {
      throw new IllegalMonitorStateException(
          operation + " by thread " + currentId() + " of a lock that it holds for writing already");
    }
  }

  private String describe() {
    long owner = owner();
    long readers = Words.getLongOpaque(address) & READERS;
    if (owner != 0) {
      return "held for writing by thread " + owner;
    }
    return readers == 0 ? "that nobody holds" : "held for reading, " + readers + " times";
  }

  private static long currentId() {
    return Thread.currentThread().threadId();
  }

  private long owner() {
    return Words.getLongOpaque(address + OWNER_OFFSET);
  }

  private void setOwner(long threadId) {
    Words.setLongOpaque(address + OWNER_OFFSET, threadId);
  }
}
