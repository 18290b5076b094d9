package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConditionTest {
  private final Mutex mutex = new Mutex();
  private final Condition condition = new Condition();
  private int tickets;
  private int returned;

  private void takeTicket() {
    mutex.lock();
    try {
      while (tickets == 0) {
        condition.await(mutex);
      }
      tickets--;
      returned++;
    } finally {
      mutex.unlock();
    }
  }

  private int returned() {
    mutex.lock();
    try {
      return returned;
    } finally {
      mutex.unlock();
    }
  }

  private void give(int count) {
    mutex.lock();
    tickets += count;
    mutex.unlock();
  }

  @ParameterizedTest
  @EnumSource
  void signalWakesOneBroadcastAll(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    for (int i = 0; i < 5; i++) {
      crew.start(this::takeTicket);
    }
    Crew.sleepMillis(80);
    give(1);
    condition.signal();
    while (returned() < 1) {
      Thread.onSpinWait();
    }
    give(4);
    Crew.sleepMillis(30);
    assertEquals(1, returned(), "nobody was signalled for the other four");
    condition.broadcast();
    crew.join();
    assertEquals(5, returned());
  }

  @ParameterizedTest
  @EnumSource
  void signalMayBeGivenUnderTheMutex(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    Thread waiter = crew.start(this::takeTicket);
    Crew.assertBlocked(waiter);
    mutex.lock();
    tickets = 1;
    condition.signal();
    mutex.unlock();
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void timesOutHoldingTheMutex(Crew.Kind kind) {
    Crew.run(
        kind,
        3,
        i -> {
          mutex.lock();
          long start = System.nanoTime();
          Deadline deadline = Deadline.after(Duration.ofMillis(20));
          boolean inTime = true;
          while (inTime) {
            inTime = condition.timedAwait(mutex, deadline);
          }
          assertTrue(System.nanoTime() - start >= 20_000_000);
          assertFalse(condition.timedAwait(mutex, Duration.ZERO));
          assertTrue(mutex.isHeldByCurrentThread());
          mutex.unlock();
        });
    // Those who left took their place with them: a later signal reaches the one who waits.
    Crew crew = new Crew(kind);
    Thread waiter = crew.start(this::takeTicket);
    Crew.assertBlocked(waiter);
    give(1);
    condition.signal();
    crew.join();
  }

  @Test
  void awaitNeedsTheMutex() {
    String message =
        Crew.messageOf(IllegalMonitorStateException.class, () -> condition.await(mutex));
    assertTrue(message.contains("await") && message.contains("is not locked"), message);
    mutex.lock();
    Crew.run(
        Crew.Kind.PLATFORM,
        1,
        i -> assertThrows(IllegalMonitorStateException.class, () -> condition.await(mutex)));
    mutex.unlock();
  }

  @Test
  void signalWithoutWaitersIsNotRemembered() {
    condition.signal();
    condition.broadcast();
    mutex.lock();
    assertFalse(condition.timedAwait(mutex, Duration.ofMillis(5)));
    mutex.unlock();
  }

  @ParameterizedTest
  @EnumSource
  void interruptionIsIgnoredAndKept(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    Thread waiter =
        crew.start(() -> {
          takeTicket();
          assertTrue(Thread.currentThread().isInterrupted());
        });
    Crew.assertBlocked(waiter);
    waiter.interrupt();
    Crew.assertBlocked(waiter);
    give(1);
    condition.signal();
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void boundedBufferKeepsEveryItem(Crew.Kind kind) {
    int items = 20_000;
    int pairs = 3;
    ArrayDeque<Integer> buffer = new ArrayDeque<>();
    Condition notFull = new Condition();
    AtomicLong sum = new AtomicLong();
    Crew.run(
        kind,
        2 * pairs,
        i -> {
          for (int item = 1; item <= items; item++) {
            mutex.lock();
            if (i % 2 == 0) {
              while (buffer.size() == 4) {
                notFull.await(mutex);
              }
              buffer.add(item);
              condition.signal();
            } else {
              while (buffer.isEmpty()) {
                condition.await(mutex);
              }
              sum.addAndGet(buffer.remove());
              notFull.signal();
            }
            mutex.unlock();
          }
        });
    assertEquals((long) pairs * items * (items + 1) / 2, sum.get());
  }

  @ParameterizedTest
  @EnumSource
  void waitsUntilAConditionHolds(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    for (int i = 0; i < 3; i++) {
      var _ =
          crew.start(() -> {
            try (var _ = mutex.locked()) {
              condition.awaitUntil(mutex, () -> tickets > 0);
              tickets--;
              returned++;
            }
          });
    }
    for (int i = 0; i < 3; i++) {
      try (var _ = mutex.locked()) {
        tickets++;
      }
      condition.broadcast(); // some wake up for nothing
    }
    crew.join();
    assertEquals(3, returned);
    assertEquals(0, tickets);
  }

  @Test
  void aTimeLimitAndMisuseOfConditions() {
    Deadline soon = Deadline.after(Duration.ofMillis(5));
    assertThrows(IllegalMonitorStateException.class, () -> condition.awaitUntil(mutex, () -> true));
    try (var _ = mutex.locked()) {
      assertFalse(condition.timedAwaitUntil(mutex, soon, () -> false));
      assertTrue(condition.timedAwaitUntil(mutex, soon, () -> true));
      condition.awaitUntil(mutex, () -> true); // needs no signal
      assertThrows(
          UnsupportedOperationException.class,
          () ->
              condition.awaitUntil(
                  mutex,
                  () -> {
                    throw new UnsupportedOperationException();
                  }));
      assertTrue(mutex.isHeldByCurrentThread());
    }
  }
}
