package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResetEventTest {
  private final ResetEvent event = new ResetEvent();
  private int value;

  @Test
  void setAndReset() {
    assertFalse(event.isSet());
    assertFalse(event.timedAwait(Duration.ZERO));
    assertFalse(event.timedAwait(Duration.ofMillis(5)));
    event.set();
    event.set();
    assertTrue(event.isSet());
    event.await();
    assertTrue(event.timedAwait(Duration.ZERO));
    event.reset();
    event.reset();
    assertFalse(event.isSet());
  }

  @ParameterizedTest
  @EnumSource
  void wakesAll(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    for (int i = 0; i < 10; i++) {
      crew.start(event::await);
    }
    Crew.sleepMillis(60);
    event.set();
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void resetDoesNotForgetSleepers(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    Thread waiter = crew.start(event::await);
    Crew.assertBlocked(waiter);
    event.reset();
    event.set();
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void timesOut(Crew.Kind kind) {
    Crew.run(
        kind,
        2,
        i -> {
          long start = System.nanoTime();
          assertFalse(event.timedAwait(Deadline.after(Duration.ofMillis(20))));
          assertTrue(System.nanoTime() - start >= 20_000_000);
        });
  }

  @ParameterizedTest
  @EnumSource
  void interruptionIsIgnoredAndKept(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    Thread waiter =
        crew.start(() -> {
          event.await();
          assertTrue(Thread.currentThread().isInterrupted());
        });
    Crew.assertBlocked(waiter);
    waiter.interrupt();
    Crew.assertBlocked(waiter);
    event.set();
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void twoEventsCarryAValueToAndFro(Crew.Kind kind) {
    ResetEvent back = new ResetEvent();
    int rounds = 5_000;
    Crew.run(
        kind,
        2,
        side -> {
          for (int round = 0; round < rounds; round++) {
            if (side == 0) {
              value++;
              event.set();
              back.await();
              back.reset();
            } else {
              event.await();
              event.reset();
              value++;
              back.set();
            }
          }
        });
    assertEquals(2 * rounds, value);
  }
}
