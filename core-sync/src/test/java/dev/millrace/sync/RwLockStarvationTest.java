package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two threads that never sleep hand the lock to and fro, for as long as a third has not been in.
 * Where nothing helps that third one it comes too late whenever the lock is free, and the crew's
 * watchdog finds it. Those two are platform threads always: virtual ones that never sleep may keep
 * one that was started or timed out elsewhere off the carriers for ever, whatever the lock does.
 */
class RwLockStarvationTest {
  private static final int TURNS = 20;
  private static final long HOLD_NANOS = 200_000;

  private final RwLock lock = new RwLock();
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicInteger bargedIn = new AtomicInteger();

  private static void hold() {
    long end = System.nanoTime() + HOLD_NANOS;
    Thread.yield();
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

  /** What failed must not keep two processors from the tests that follow. */
  @AfterEach
  void sendHome() {
    done.set(true);
  }

  @ParameterizedTest
  @EnumSource
  void readersCannotKeepAWriterOut(Crew.Kind kind) {
    Crew bargers = new Crew(Crew.Kind.PLATFORM);
    bargers.start(() -> barge(lock::tryLockShared, lock::unlockShared));
    bargers.start(() -> barge(lock::tryLockShared, lock::unlockShared));
    Crew victim = new Crew(kind);
    victim.start(() ->
        takeTurns(() -> {
          lock.lock();
          lock.unlock();
        }));
    victim.join();
    bargers.join();
    assertTrue(bargedIn.get() >= TURNS);
  }

  @ParameterizedTest
  @EnumSource
  void writersCannotKeepAReaderOut(Crew.Kind kind) {
    Crew bargers = new Crew(Crew.Kind.PLATFORM);
    bargers.start(() -> barge(lock::tryLock, lock::unlock));
    bargers.start(() -> barge(lock::tryLock, lock::unlock));
    Crew victim = new Crew(kind);
    victim.start(() ->
        takeTurns(() -> {
          lock.lockShared();
          lock.unlockShared();
        }));
    victim.join();
    bargers.join();
    assertTrue(bargedIn.get() >= TURNS);
  }

  /** A reader that lets go and asks again at once may win, but only until the writer is overdue. */
  @ParameterizedTest
  @EnumSource
  void aReaderAsksInVainOnceAWriterIsOverdue(Crew.Kind kind) {
    int attempt = 0;
    while (!keepsAWriterOutUntilItIsOverdue(kind)) {
      assertTrue(++attempt < 1_000, "no writer was ever overdue");
    }
  }

  private boolean keepsAWriterOutUntilItIsOverdue(Crew.Kind kind) {
    lock.lockShared();
    CountDownLatch leave = new CountDownLatch(1);
    Crew crew = new Crew(kind);
    crew.start(() -> {
      lock.lock();
      leave.await();
      lock.unlock();
    });
    boolean overdue = false;
    boolean readAgain = true;
    while (!overdue && readAgain) {
      Crew.sleepMillis(2);
      overdue = (Words.getLongOpaque(lock.address) & RwState.WRITER_OVERDUE) != 0;
      lock.unlockShared();
      readAgain = lock.tryLockShared();
    }
    leave.countDown();
    if (readAgain) {
      lock.unlockShared();
    }
    crew.join();
    assertFalse(overdue && readAgain, "a reader passed an overdue writer");
    return overdue;
  }

  /** An overdue reader is let in by the very step in which the writer leaves. */
  @ParameterizedTest
  @EnumSource
  void aWriterAsksInVainOnceAReaderIsOverdue(Crew.Kind kind) {
    lock.lock();
    CountDownLatch leave = new CountDownLatch(1);
    Crew crew = new Crew(kind);
    crew.start(() -> {
      lock.lockShared();
      leave.await();
      lock.unlockShared();
    });
    int looks = 0;
    while ((Words.getLongOpaque(lock.address) & RwState.READER_OVERDUE) == 0) {
      assertTrue(++looks < 5_000, "the reader was never overdue");
      Crew.sleepMillis(2);
    }
    lock.unlock();
    boolean writtenAgain = lock.tryLock();
    leave.countDown();
    crew.join();
    assertFalse(writtenAgain, "a writer passed an overdue reader");
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
