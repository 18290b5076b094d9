package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FutexTest {
  private final AtomicWord word = new AtomicWord(7);

  @Test
  void returnsAtOnceWhenTheWordHoldsSomethingElse() {
    Futex.wait(word.segment(), 8);
    assertTrue(Futex.timedWait(word.segment(), 8, Duration.ofSeconds(60)));
  }

  @ParameterizedTest
  @EnumSource
  void virtualAndPlatformThreadsSeeAChangedWord(Crew.Kind kind) {
    Crew.run(kind, 1, i -> assertTrue(Futex.timedWait(word.segment(), 8, Deadline.NEVER)));
  }

  @ParameterizedTest
  @EnumSource
  void sleepsUntilWoken(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    Thread waiter =
        crew.start(() -> {
          while (word.load(MemoryOrder.ACQUIRE) == 7) {
            Futex.wait(word.segment(), 7);
          }
        });
    Crew.assertBlocked(waiter);
    word.store(8, MemoryOrder.RELEASE);
    assertEquals(1, Futex.wake(word.segment(), Integer.MAX_VALUE));
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void timesOut(Crew.Kind kind) {
    Crew.run(
        kind,
        1,
        i -> {
          long start = System.nanoTime();
          Deadline deadline = Deadline.after(Duration.ofMillis(30));
          boolean inTime = true;
          while (inTime) {
            inTime = Futex.timedWait(word.segment(), 7, deadline);
          }
          assertTrue(System.nanoTime() - start >= 30_000_000, "returned too early");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aPassedDeadlineDoesNotWait(Crew.Kind kind) {
    Crew.run(
        kind,
        1,
        i -> {
          assertFalse(Futex.timedWait(word.segment(), 7, Duration.ZERO));
          assertFalse(Futex.timedWait(word.segment(), 7, Duration.ofSeconds(-1)));
          assertFalse(Futex.timedWait(word.segment(), 7, 0L));
        });
  }

  @ParameterizedTest
  @EnumSource
  void wakesNoMoreThanAsked(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    AtomicInteger returned = new AtomicInteger();
    for (int i = 0; i < 5; i++) {
      crew.start(() -> {
        Futex.wait(word.segment(), 7);
        returned.incrementAndGet();
      });
    }
    Crew.sleepMillis(100);
    assertEquals(2, Futex.wake(word.segment(), 2));
    Crew.sleepMillis(60);
    assertEquals(2, returned.get());
    assertEquals(3, Futex.wake(word.segment(), Integer.MAX_VALUE));
    crew.join();
  }

  @Test
  void oneWakeServesBothKinds() {
    Crew platform = new Crew(Crew.Kind.PLATFORM);
    Crew virtual = new Crew(Crew.Kind.VIRTUAL);
    platform.start(() -> Futex.wait(word.segment(), 7));
    virtual.start(() -> Futex.wait(word.segment(), 7));
    Crew.sleepMillis(100);
    assertEquals(1, Futex.wake(word.segment(), 1));
    assertEquals(1, Futex.wake(word.segment(), 5));
    assertEquals(0, Futex.wake(word.segment(), 5));
    platform.join();
    virtual.join();
  }

  @ParameterizedTest
  @EnumSource
  void interruptionNeitherEndsAWaitNorGetsLost(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread waiter =
        crew.start(() -> {
          while (word.load(MemoryOrder.ACQUIRE) == 7) {
            Futex.wait(word.segment(), 7);
          }
          interrupted.set(Thread.currentThread().isInterrupted());
        });
    Crew.assertBlocked(waiter);
    waiter.interrupt();
    Crew.assertBlocked(waiter);
    word.store(8, MemoryOrder.RELEASE);
    Futex.wake(word.segment(), 1);
    crew.join();
    assertTrue(interrupted.get());
  }

  @Test
  void waitingVirtualThreadsDoNotHoldTheirCarriers() {
    Crew crew = new Crew(Crew.Kind.VIRTUAL);
    int many = 50 * Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < many; i++) {
      crew.start(() -> {
        while (word.load(MemoryOrder.ACQUIRE) == 7) {
          Futex.wait(word.segment(), 7);
        }
      });
    }
    Crew.sleepMillis(50);
    // Runs on a carrier although far more threads than carriers wait.
    crew.start(() -> {
      word.store(8, MemoryOrder.RELEASE);
      Futex.wake(word.segment(), Integer.MAX_VALUE);
    });
    crew.join();
  }

  @Test
  void refusesAMisalignedWordAndAnEmptyWake() {
    var misaligned = new AtomicLongWord(0).segment().asSlice(1, 4);
    String message = Crew.messageOf(IllegalStateException.class, () -> Futex.wait(misaligned, 0));
    assertTrue(message.contains("EINVAL") && message.contains("aligned"), message);
    assertThrows(IllegalStateException.class, () -> Futex.wake(misaligned, 1));
    assertThrows(IllegalArgumentException.class, () -> Futex.wake(word.segment(), 0));
  }
}
