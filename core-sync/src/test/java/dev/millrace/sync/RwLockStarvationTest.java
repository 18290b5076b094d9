package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two threads that never sleep hand the lock to and fro, for as long as a third has not been in.
 * Where nothing helps that third one it comes too late whenever the lock is free, and the crew's
 * watchdog finds it.
 */
class RwLockStarvationTest {
  private static final int TURNS = 20;
  private static final long HOLD_NANOS = 200_000;

  private final RwLock lock = new RwLock();
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicInteger bargedIn = new AtomicInteger();

  private static void hold() {
    long end = System.nanoTime() + HOLD_NANOS;
    Thread.yield(); // a virtual thread's carrier may be the only one
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private void barge(BooleanSupplier tryLock, Runnable unlock) {
    while (!done.get()) {
      if (tryLock.getAsBoolean()) {
        bargedIn.incrementAndGet();
        hold();
        unlock.run();
      } else {
        Thread.yield();
      }
    }
  }

  /** {@code victim} takes its turns, each begun while another is in. */
  private void takeTurns(Runnable victim) {
    for (int turn = 0; turn < TURNS; turn++) {
      int before = bargedIn.get();
      while (bargedIn.get() == before) {
        Thread.yield();
      }
      victim.run();
    }
    done.set(true);
  }

  @ParameterizedTest
  @EnumSource
  void readersCannotKeepAWriterOut(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    crew.start(() -> barge(lock::tryLockShared, lock::unlockShared));
    crew.start(() -> barge(lock::tryLockShared, lock::unlockShared));
    crew.start(() ->
        takeTurns(() -> {
          lock.lock();
          lock.unlock();
        }));
    crew.join();
    assertTrue(bargedIn.get() >= TURNS);
  }

  @ParameterizedTest
  @EnumSource
  void writersCannotKeepAReaderOut(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    crew.start(() -> barge(lock::tryLock, lock::unlock));
    crew.start(() -> barge(lock::tryLock, lock::unlock));
    crew.start(() ->
        takeTurns(() -> {
          lock.lockShared();
          lock.unlockShared();
        }));
    crew.join();
    assertTrue(bargedIn.get() >= TURNS);
  }

  @Test
  void anOverdueWriterHoldsReadersBackFromAFreeLock() {
    long free = RwState.WRITER_WAITS;
    assertTrue(RwState.admitsReader(free), "a running reader may take a free lock");
    assertFalse(RwState.admitsReader(free | RwState.WRITER_OVERDUE));
    long taken = RwState.withWaitingWriter(free | RwState.WRITER_OVERDUE);
    assertEquals(RwState.WRITING, taken, "the mark goes with the writer that had it");
  }

  @Test
  void aLeavingWriterGrantsToOverdueReadersAndOnlyToThem() {
    long waiting = RwState.WRITING | 2 * RwState.READER_WAITS | RwState.WRITER_WAITS;
    long called = RwState.withoutWriter(waiting);
    assertTrue(RwState.isFree(called), "nobody overdue: up for grabs");
    assertEquals(RwState.READERS_CALLED, called & RwState.READERS_CALLED);

    long granted = RwState.withoutWriter(waiting | RwState.READER_OVERDUE);
    assertEquals(2, granted & RwState.READERS, "both are in");
    assertEquals(0, granted & (RwState.READERS_WAIT | RwState.READER_OVERDUE));
    assertEquals(RwState.phase(waiting) + 1, RwState.phase(granted));
    assertFalse(RwState.isFree(granted));
  }
}
