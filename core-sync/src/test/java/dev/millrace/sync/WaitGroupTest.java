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

class WaitGroupTest {
  private final WaitGroup group = new WaitGroup();

  @Test
  void doneWhenAllHaveFinished() {
    assertTrue(group.isDone());
    group.await();
    group.start();
    group.startMany(2);
    group.finish();
    group.finish();
    assertFalse(group.isDone());
    assertFalse(group.timedAwait(Duration.ofMillis(5)));
    group.finish();
    assertTrue(group.isDone());
    group.await();
    group.reset();
    group.startMany(0);
    assertTrue(group.timedAwait(Duration.ZERO));
  }

  @ParameterizedTest
  @EnumSource
  void everyWaiterReturnsAndSeesTheWork(Crew.Kind kind) {
    int[] results = new int[4];
    group.startMany(results.length);
    Crew crew = new Crew(kind);
    for (int i = 0; i < 3; i++) {
      crew.start(() -> {
        group.await();
        for (int result : results) {
          assertEquals(1, result);
        }
      });
    }
    Crew.sleepMillis(60);
    for (int i = 0; i < results.length; i++) {
      int index = i;
      crew.start(() -> {
        results[index] = 1;
        group.finish();
      });
    }
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void usableManyTimes(Crew.Kind kind) {
    WaitGroup back = new WaitGroup();
    int rounds = 5_000;
    group.start();
    back.start();
    Crew.run(
        kind,
        2,
        side -> {
          for (int round = 0; round < rounds; round++) {
            if (side == 0) {
              group.finish();
              back.await();
              back.start();
            } else {
              group.await();
              group.start();
              back.finish();
            }
          }
        });
    assertFalse(group.isDone());
    assertFalse(back.isDone());
  }

  @ParameterizedTest
  @EnumSource
  void timesOutAndIgnoresInterruption(Crew.Kind kind) {
    group.start();
    Crew crew = new Crew(kind);
    Thread waiter =
        crew.start(() -> {
          assertFalse(group.timedAwait(Duration.ofMillis(10)));
          group.await();
          assertTrue(Thread.currentThread().isInterrupted());
        });
    Crew.assertBlocked(waiter);
    waiter.interrupt();
    Crew.assertBlocked(waiter);
    group.finish();
    crew.join();
  }

  @Test
  void misuseSaysWhatHappened() {
    String message = Crew.messageOf(IllegalStateException.class, group::finish);
    assertTrue(message.contains("finish without a start"), message);
    assertTrue(group.isDone());
    assertThrows(IllegalArgumentException.class, () -> group.startMany(-1));
    group.startMany(3);
    assertThrows(IllegalStateException.class, () -> group.startMany(Integer.MAX_VALUE - 1));
    String reset = Crew.messageOf(IllegalStateException.class, group::reset);
    assertTrue(reset.contains("3 unfinished"), reset);
  }

  @Test
  void spawnedTasksAreWaitedFor() {
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      group.spawnManager(() -> {
        assertFalse(group.isDone());
        ran.incrementAndGet();
      });
    }
    group.await();
    assertEquals(100, ran.get());
    group.spawnManager(() -> {
      Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
      throw new IllegalStateException("of a task");
    });
    group.await();
  }
}
