package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SemaphoreTest {
  @Test
  void countsPermits() {
    Semaphore semaphore = new Semaphore(2);
    assertTrue(semaphore.tryAwait());
    semaphore.await();
    assertEquals(0, semaphore.permits());
    assertFalse(semaphore.tryAwait());
    assertFalse(semaphore.timedAwait(Duration.ofMillis(5)));
    semaphore.post();
    assertTrue(semaphore.timedAwait(Duration.ofMillis(5)));
  }

  @ParameterizedTest
  @EnumSource
  void noMoreThreadsInsideThanPermits(Crew.Kind kind) {
    Semaphore semaphore = new Semaphore(3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Crew.run(
        kind,
        8,
        thread -> {
          for (int i = 0; i < 3_000; i++) {
            semaphore.await();
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            if (i % 64 == 0) {
              Thread.onSpinWait();
            }
            inside.decrementAndGet();
            semaphore.post();
          }
        });
    assertTrue(most.get() <= 3, "inside at once: " + most);
    assertEquals(3, semaphore.permits());
  }

  @ParameterizedTest
  @EnumSource
  void postsInARowWakeAsManySleepers(Crew.Kind kind) {
    Semaphore semaphore = new Semaphore(0);
    Crew crew = new Crew(kind);
    for (int i = 0; i < 6; i++) {
      crew.start(semaphore::await);
    }
    Crew.sleepMillis(80);
    for (int i = 0; i < 6; i++) {
      semaphore.post();
    }
    crew.join();
    assertEquals(0, semaphore.permits());
  }

  @ParameterizedTest
  @EnumSource
  void timesOut(Crew.Kind kind) {
    Semaphore semaphore = new Semaphore(0);
    Crew.run(
        kind,
        2,
        i -> {
          long start = System.nanoTime();
          assertFalse(semaphore.timedAwait(Deadline.after(Duration.ofMillis(20))));
          assertTrue(System.nanoTime() - start >= 20_000_000);
        });
    semaphore.post();
    assertEquals(1, semaphore.permits());
  }

  @ParameterizedTest
  @EnumSource
  void interruptionIsIgnoredAndKept(Crew.Kind kind) {
    Semaphore semaphore = new Semaphore(0);
    Crew crew = new Crew(kind);
    Thread waiter =
        crew.start(() -> {
          semaphore.await();
          assertTrue(Thread.currentThread().isInterrupted());
        });
    Crew.assertBlocked(waiter);
    waiter.interrupt();
    Crew.assertBlocked(waiter);
    semaphore.post();
    crew.join();
  }

  @Test
  void misuseSaysWhatHappened() {
    assertThrows(IllegalArgumentException.class, () -> new Semaphore(-1));
    assertThrows(IllegalArgumentException.class, () -> new Semaphore(3, 2));
    Semaphore full = new Semaphore(2, 2);
    String message = Crew.messageOf(IllegalStateException.class, full::post);
    assertTrue(message.contains("already has all 2 permits"), message);
    assertEquals(2, full.permits());
    assertThrows(IllegalStateException.class, () -> new Semaphore(Integer.MAX_VALUE).post());
  }
}
