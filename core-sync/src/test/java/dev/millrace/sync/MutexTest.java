package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MutexTest {
  private final Mutex mutex = new Mutex();
  private int plainCounter;

  @Test
  void oneHolderAtATime() {
    assertTrue(mutex.tryLock());
    assertTrue(mutex.isHeldByCurrentThread());
    assertFalse(mutex.tryLock());
    Crew.run(
        Crew.Kind.PLATFORM,
        1,
        i -> {
          assertFalse(mutex.isHeldByCurrentThread());
          assertFalse(mutex.tryLock());
        });
    mutex.unlock();
    assertFalse(mutex.isHeldByCurrentThread());
    mutex.lock();
    mutex.unlock();
  }

  @ParameterizedTest
  @EnumSource
  void plainCounterLosesNoUpdate(Crew.Kind kind) {
    int threads = 8;
    int rounds = 20_000;
    Crew.run(
        kind,
        threads,
        thread -> {
          for (int i = 0; i < rounds; i++) {
            mutex.lock();
            plainCounter++;
            mutex.unlock();
          }
        });
    assertEquals(threads * rounds, plainCounter);
  }

  @ParameterizedTest
  @EnumSource
  void everySleeperGetsItsTurn(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    mutex.lock();
    for (int i = 0; i < 20; i++) {
      crew.start(() -> {
        mutex.lock();
        plainCounter++;
        mutex.unlock();
      });
    }
    Crew.sleepMillis(50);
    mutex.unlock();
    crew.join();
    assertEquals(20, plainCounter);
  }

  @ParameterizedTest
  @EnumSource
  void timedLockGivesUpAndLeavesTheLockUsable(Crew.Kind kind) {
    mutex.lock();
    Crew.run(
        kind,
        2,
        i -> {
          long start = System.nanoTime();
          assertFalse(mutex.timedLock(Duration.ofMillis(20)));
          assertTrue(System.nanoTime() - start >= 20_000_000);
          assertFalse(mutex.timedLock(Deadline.afterNanos(0)));
          assertThrows(IllegalMonitorStateException.class, mutex::unlock);
        });
    mutex.unlock();
    Crew.run(
        kind,
        2,
        i -> {
          assertTrue(mutex.timedLock(Duration.ofSeconds(30)));
          mutex.unlock();
        });
  }

  @ParameterizedTest
  @EnumSource
  void interruptionIsIgnoredAndKept(Crew.Kind kind) {
    AtomicBoolean kept = new AtomicBoolean();
    Crew crew = new Crew(kind);
    mutex.lock();
    Thread waiter =
        crew.start(() -> {
          mutex.lock();
          kept.set(Thread.currentThread().isInterrupted());
          mutex.unlock();
        });
    Crew.assertBlocked(waiter);
    waiter.interrupt();
    Crew.assertBlocked(waiter);
    mutex.unlock();
    crew.join();
    assertTrue(kept.get());
  }

  @Test
  void misuseSaysWhatHappened() {
    String free = Crew.messageOf(IllegalMonitorStateException.class, mutex::unlock);
    assertTrue(free.contains("is not locked"), free);

    mutex.lock();
    String again = Crew.messageOf(IllegalMonitorStateException.class, mutex::lock);
    assertTrue(again.contains("it already holds"), again);
    assertThrows(IllegalMonitorStateException.class, () -> mutex.timedLock(Duration.ofSeconds(9)));

    long owner = Thread.currentThread().threadId();
    Crew.run(
        Crew.Kind.PLATFORM,
        1,
        i -> {
          String other = Crew.messageOf(IllegalMonitorStateException.class, mutex::unlock);
          assertTrue(other.contains("held by thread " + owner), other);
        });
    mutex.unlock();
  }

  @Test
  void closingTheGuardUnlocks() {
    try (var held = mutex.locked()) {
      assertTrue(mutex.isHeldByCurrentThread());
      assertThrows(IllegalMonitorStateException.class, mutex::locked);
      Crew.run(
          Crew.Kind.VIRTUAL,
          1,
          i -> {
            assertFalse(mutex.tryLock());
            assertThrows(IllegalMonitorStateException.class, held::close);
          });
    }
    assertFalse(mutex.isHeldByCurrentThread());
    var once = mutex.locked();
    once.close();
    assertThrows(IllegalMonitorStateException.class, once::close);
  }
}
