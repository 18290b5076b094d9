package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class LoopThreadTest {
  @Test
  void tasksRunOnTheLoopThreadInOrder() throws Exception {
    List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    try (LoopThread thread = LoopThread.start("a-loop")) {
      CompletableFuture<String> name = new CompletableFuture<>();
      thread.execute(() -> name.complete(Thread.currentThread().getName()));
      assertEquals("a-loop", name.get());
      for (int i = 0; i < 100; i++) {
        int number = i;
        thread.execute(() -> ran.add(number));
      }
    }
    assertEquals(100, ran.size());
    for (int i = 0; i < 100; i++) {
      assertEquals(i, ran.get(i));
    }
  }

  /** A task is refused or runs, at whatever moment the loop closes. */
  @RepeatedTest(20)
  void noAcceptedTaskIsLost() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger accepted = new AtomicInteger();
    CountDownLatch many = new CountDownLatch(2000);
    List<Thread> posters = new ArrayList<>();
    try (LoopThread thread = LoopThread.start("loop")) {
      for (int i = 0; i < 2; i++) {
        posters.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    while (true) {
                      thread.execute(ran::incrementAndGet);
                      accepted.incrementAndGet();
                      many.countDown();
                    }
                  } catch (RejectedExecutionException closed) {
                    // as intended
                  }
                }));
      }
      many.await();
    }
    for (Thread poster : posters) {
      poster.join();
    }
    assertEquals(accepted.get(), ran.get());
  }

  @Test
  void aClosedLoopRefuses() throws Exception {
    LoopThread thread = LoopThread.start("loop");
    thread.close();
    thread.close();
    assertThrows(RejectedExecutionException.class, () -> thread.execute(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> thread.loop().execute(() -> {}));
  }

  @Test
  void theLoopThreadCannotCloseItself() throws Exception {
    try (LoopThread thread = LoopThread.start("loop")) {
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      thread.execute(
          () -> thrown.complete(assertThrows(IllegalStateException.class, thread::close)));
      assertTrue(thrown.get().getMessage().contains("stop()"));
    }
  }

  @Test
  void aFailureGoesToTheHandlerAndTheLoopGoesOn() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try (LoopThread thread =
        LoopThread.start("loop", IoUring.open(RingConfig.DEFAULT), failure::complete)) {
      thread.execute(() -> {
        throw new IllegalArgumentException("of a task");
      });
      assertEquals("of a task", failure.get().getMessage());
      CompletableFuture<Boolean> next = new CompletableFuture<>();
      thread.execute(() -> next.complete(true));
      assertTrue(next.get());
    }
  }

  @Test
  void aRingThatCannotBeEnabledFailsTheStart() throws Exception {
    IoUring used = IoUring.open(RingConfig.DEFAULT);
    used.enable();
    IllegalStateException failed =
        assertThrows(
            IllegalStateException.class,
            () -> LoopThread.start("loop", used, LoopThreadTest::unexpected));
    assertFalse(failed.getMessage().isEmpty());
    assertInstanceOf(RuntimeException.class, failed);
  }

  private static void unexpected(Throwable failure) {
    throw new AssertionError(failure);
  }
}
