package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test's thread is the loop's. */
class LoopExecutorsTest {
  private final ThreadPool pool = new ThreadPool(new ThreadPool.Config("test", 1, 1));
  private final LinkedBlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
  private final LoopExecutors executors = new LoopExecutors(pool, loop::add);
  private final List<Object> ends = new ArrayList<>();

  @AfterEach
  void close() {
    pool.close();
  }

  private void runOne() throws InterruptedException {
    Runnable task = loop.poll(60, TimeUnit.SECONDS);
    assertNotNull(task, "nothing came back to the loop");
    task.run();
  }

  @Test
  void theResultComesOnTheLoop() throws Exception {
    Thread caller = Thread.currentThread();
    executors.call(
        () -> {
          assertTrue(Thread.currentThread() != caller);
          return "result";
        },
        ends::add,
        ends::add);
    assertEquals(List.of(), ends);
    runOne();
    assertEquals(List.of("result"), ends);
  }

  @Test
  void aResultThatTheLoopCannotReceiveIsClosed() {
    ResetEvent closed = new ResetEvent();
    LoopExecutors stopped =
        new LoopExecutors(
            pool,
            task -> {
              throw new RejectedExecutionException();
            });
    stopped.<AutoCloseable>call(() -> closed::set, ends::add, ends::add);
    closed.await();
    pool.close();
    assertEquals(List.of(), ends);
  }

  @Test
  void whatTheWorkThrowsComesOnTheLoop() throws Exception {
    IOException failure = new IOException();
    executors.<Object>call(
        () -> {
          throw failure;
        },
        ends::add,
        ends::add);
    runOne();
    assertEquals(List.<Object>of(failure), ends);
    Error error = new StackOverflowError();
    executors.<Object>call(
        () -> {
          throw error;
        },
        ends::add,
        ends::add);
    runOne();
    assertEquals(List.of(failure, error), ends);
  }

  @Test
  void whatTheResultThrowsIsAFailureToo() throws Exception {
    IllegalStateException failure = new IllegalStateException();
    executors.call(
        () -> "result",
        _ -> {
          throw failure;
        },
        ends::add);
    runOne();
    assertEquals(List.<Object>of(failure), ends);
  }

  @Test
  void aFailureThatThrowsGoesToTheLoop() throws Exception {
    executors.<Object>call(
        () -> {
          throw new IOException();
        },
        ends::add,
        _ -> {
          throw new IllegalStateException();
        });
    assertThrows(IllegalStateException.class, this::runOne);
  }

  @Test
  void aFullQueueAndAClosedPoolFailAtOnce() throws Exception {
    ResetEvent go = new ResetEvent();
    ResetEvent running = new ResetEvent();
    pool.spawn(() -> {
      running.set();
      go.await();
    });
    running.await();
    executors.call(() -> "queued", ends::add, ends::add);
    executors.call(() -> "refused", ends::add, ends::add);
    assertInstanceOf(RejectedExecutionException.class, ends.getFirst());
    go.set();
    runOne();
    assertEquals("queued", ends.get(1));
    pool.close();
    executors.call(() -> "late", ends::add, ends::add);
    assertInstanceOf(RejectedExecutionException.class, ends.get(2));
    assertEquals(3, ends.size());
  }
}
