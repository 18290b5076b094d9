package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThreadPoolTest {
  /** Remembers what it was told. */
  private static final class Recorder implements ThreadPool.Observer {
    final AtomicInteger started = new AtomicInteger();
    final AtomicInteger finished = new AtomicInteger();
    final AtomicInteger rejected = new AtomicInteger();
    final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    final List<Long> times = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onStart(long waitNanos) {
      started.incrementAndGet();
      times.add(waitNanos);
    }

    @Override
    public void onFinish(long runNanos) {
      finished.incrementAndGet();
      times.add(runNanos);
    }

    @Override
    public void onReject() {
      rejected.incrementAndGet();
    }

    @Override
    public void onFailure(Throwable failure) {
      failures.add(failure);
    }
  }

  private final Recorder recorder = new Recorder();

  private ThreadPool pool(int workers, int capacity) {
    return new ThreadPool(new ThreadPool.Config("pool", workers, capacity, recorder));
  }

  @ParameterizedTest
  @EnumSource
  void runsEveryTaskOfEverySpawner(Crew.Kind kind) {
    AtomicInteger ran = new AtomicInteger();
    try (ThreadPool pool = pool(3, 4)) {
      Crew.run(
          kind,
          4,
          thread -> {
            for (int i = 0; i < 2_000; i++) {
              pool.spawn(ran::incrementAndGet);
            }
          });
    }
    assertEquals(8_000, ran.get());
    assertEquals(8_000, recorder.started.get());
    assertEquals(8_000, recorder.finished.get());
    assertTrue(recorder.times.stream().allMatch(nanos -> nanos >= 0));
    assertTrue(recorder.failures.isEmpty());
  }

  @Test
  void oneWorkerKeepsTheOrder() {
    List<Integer> order = new ArrayList<>();
    try (ThreadPool pool = pool(1, 100)) {
      for (int i = 0; i < 100; i++) {
        int index = i;
        pool.spawn(() -> order.add(index));
      }
    }
    for (int i = 0; i < 100; i++) {
      assertEquals(i, order.get(i));
    }
  }

  @Test
  void trySpawnRefusesWhenFullAndTheGaugesTell() {
    ResetEvent release = new ResetEvent();
    WaitGroup group = new WaitGroup();
    try (ThreadPool pool = pool(2, 3)) {
      for (int i = 0; i < 2; i++) {
        pool.spawn(group, release::await);
      }
      while (pool.activeWorkers() < 2) {
        Thread.onSpinWait();
      }
      assertEquals(0, pool.queueDepth());
      for (int i = 0; i < 3; i++) {
        assertTrue(pool.trySpawn(() -> {}));
      }
      assertEquals(3, pool.queueDepth());
      assertFalse(pool.trySpawn(() -> {}));
      assertEquals(1, recorder.rejected.get());
      release.set();
      group.await();
    }
    assertEquals(5, recorder.finished.get());
  }

  @Test
  void spawnWaitsForRoom() {
    ResetEvent release = new ResetEvent();
    AtomicInteger ran = new AtomicInteger();
    try (ThreadPool pool = pool(1, 1)) {
      pool.spawn(release::await);
      while (pool.activeWorkers() < 1) {
        Thread.onSpinWait();
      }
      pool.spawn(ran::incrementAndGet);
      Crew crew = new Crew(Crew.Kind.PLATFORM);
      Thread spawner = crew.start(() -> pool.spawn(ran::incrementAndGet));
      Crew.assertBlocked(spawner);
      release.set();
      crew.join();
    }
    assertEquals(2, ran.get());
  }

  @Test
  void aThrowingTaskIsReportedAndTheWorkerLivesOn() {
    WaitGroup group = new WaitGroup();
    IllegalStateException first = new IllegalStateException("thrown by a task");
    StackOverflowError second = new StackOverflowError("thrown by a task");
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (ThreadPool pool = pool(1, 10)) {
      pool.spawn(
          group,
          () -> {
            threads.add(Thread.currentThread());
            throw first;
          });
      pool.spawn(
          group,
          () -> {
            threads.add(Thread.currentThread());
            throw second;
          });
      pool.spawn(group, () -> threads.add(Thread.currentThread()));
      group.await();
      assertEquals(0, pool.activeWorkers());
    }
    assertEquals(List.of(first, second), recorder.failures);
    assertEquals(3, recorder.finished.get());
    assertEquals(1, threads.size());
    assertTrue(threads.iterator().next().getName().startsWith("pool-"));
  }

  @Test
  void withoutAnObserverFailuresReachTheUncaughtHandler() {
    IllegalStateException thrown = new IllegalStateException("thrown by a task");
    List<Throwable> seen = Collections.synchronizedList(new ArrayList<>());
    try (ThreadPool pool = new ThreadPool(new ThreadPool.Config("plain", 1, 4))) {
      pool.spawn(() -> Thread.currentThread().setUncaughtExceptionHandler((t, e) -> seen.add(e)));
      pool.spawn(() -> {
        throw thrown;
      });
    }
    assertEquals(1, seen.size());
    assertSame(thrown, seen.get(0));
  }

  @Test
  void aThrowingObserverDoesNotHarmTheWorker() {
    AtomicInteger uncaught = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    ThreadPool.Observer broken =
        new ThreadPool.Observer() {
          @Override
          public void onStart(long waitNanos) {
            throw new IllegalStateException("thrown by onStart");
          }

          @Override
          public void onFinish(long runNanos) {
            throw new IllegalStateException("thrown by onFinish");
          }
        };
    try (ThreadPool pool = new ThreadPool(new ThreadPool.Config("broken", 1, 4, broken))) {
      for (int i = 0; i < 3; i++) {
        pool.spawn(() -> {
          Thread.currentThread().setUncaughtExceptionHandler((t, e) -> uncaught.incrementAndGet());
          ran.incrementAndGet();
        });
      }
    }
    assertEquals(3, ran.get());
    assertTrue(uncaught.get() >= 5, "only the first onStart goes to the default handler");
  }

  @Test
  void anInterruptDoesNotReachTheNextTask() {
    List<Boolean> status = Collections.synchronizedList(new ArrayList<>());
    try (ThreadPool pool = pool(1, 4)) {
      pool.spawn(() -> Thread.currentThread().interrupt());
      pool.spawn(() -> status.add(Thread.currentThread().isInterrupted()));
    }
    assertEquals(List.of(false), status);
  }

  @Test
  void theWaiterHelps() {
    ResetEvent release = new ResetEvent();
    WaitGroup group = new WaitGroup();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (ThreadPool pool = pool(1, 10)) {
      pool.spawn(release::await);
      while (pool.activeWorkers() < 1) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 5; i++) {
        pool.spawn(group, () -> threads.add(Thread.currentThread()));
      }
      pool.waitAndWork(group);
      assertTrue(group.isDone());
      release.set();
    }
    assertEquals(Set.of(Thread.currentThread()), threads);
  }

  @Test
  void tasksThatSpawnAndWaitDoNotLockTheirPoolUp() {
    for (int round = 0; round < 50; round++) {
      AtomicInteger leaves = new AtomicInteger();
      WaitGroup group = new WaitGroup();
      try (ThreadPool pool = pool(2, 1)) {
        pool.spawn(group, () -> fork(pool, 6, leaves));
        pool.waitAndWork(group);
      }
      assertEquals(64, leaves.get());
    }
    assertTrue(recorder.failures.isEmpty(), recorder.failures::toString);
  }

  private static void fork(ThreadPool pool, int depth, AtomicInteger leaves) {
    if (depth == 0) {
      leaves.incrementAndGet();
      return;
    }
    WaitGroup children = new WaitGroup();
    pool.spawn(children, () -> fork(pool, depth - 1, leaves));
    pool.spawn(children, () -> fork(pool, depth - 1, leaves));
    pool.waitAndWork(children);
  }

  @Test
  void closeRunsWhatIsQueuedAndJoins() {
    AtomicInteger ran = new AtomicInteger();
    Set<Thread> workers = ConcurrentHashMap.newKeySet();
    ThreadPool pool = pool(2, 1_000);
    for (int i = 0; i < 500; i++) {
      pool.spawn(() -> {
        workers.add(Thread.currentThread());
        ran.incrementAndGet();
      });
    }
    pool.close();
    pool.close();
    assertEquals(500, ran.get());
    assertEquals(0, pool.queueDepth());
    assertTrue(workers.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void afterCloseEverySpawnThrows() {
    ThreadPool pool = pool(1, 1);
    pool.close();
    WaitGroup group = new WaitGroup();
    String message = Crew.messageOf(IllegalStateException.class, () -> pool.spawn(() -> {}));
    assertEquals("pool 'pool' is closed", message);
    assertThrows(IllegalStateException.class, () -> pool.trySpawn(() -> {}));
    assertThrows(IllegalStateException.class, () -> pool.spawn(group, () -> {}));
    assertTrue(group.isDone(), "a refused spawn leaves the group as it was");
  }

  @Test
  void closeWakesSpawnersThatWaitForRoom() {
    ResetEvent release = new ResetEvent();
    ThreadPool pool = pool(1, 1);
    pool.spawn(release::await);
    while (pool.activeWorkers() < 1) {
      Thread.onSpinWait();
    }
    pool.spawn(() -> {});
    Crew crew = new Crew(Crew.Kind.PLATFORM);
    Thread spawner =
        crew.start(() -> assertThrows(IllegalStateException.class, () -> pool.spawn(() -> {})));
    Crew.assertBlocked(spawner);
    Thread closer = crew.start(pool::close);
    Crew.assertBlocked(closer);
    release.set();
    crew.join();
  }

  @Test
  void misuseSaysWhatHappened() {
    assertThrows(IllegalArgumentException.class, () -> pool(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> pool(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new ThreadPool.Config(" ", 1, 1));
    try (ThreadPool pool = pool(1, 1)) {
      pool.spawn(pool::close);
    }
    assertEquals(1, recorder.failures.size());
    assertEquals(
        "pool 'pool' closed by one of its own tasks", recorder.failures.get(0).getMessage());
  }

  @Test
  void aPoolWithoutWorkersRunsATaskWhenItsOwnerSaysSo() {
    ThreadPool manual = pool(0, 3);
    List<Thread> ran = new ArrayList<>();
    assertFalse(manual.runOne());
    for (int i = 0; i < 3; i++) {
      assertTrue(manual.trySpawn(() -> ran.add(Thread.currentThread())));
    }
    assertFalse(manual.trySpawn(() -> {}), "the queue is full");
    assertEquals(0, ran.size());
    assertTrue(manual.runOne());
    assertEquals(List.of(Thread.currentThread()), ran);
    manual.close();
    assertEquals(3, ran.size(), "close runs the rest");
    assertEquals(3, recorder.finished.get());
  }

  @Test
  void isAnExecutorThatRefusesOnceClosed() {
    AtomicInteger ran = new AtomicInteger();
    ThreadPool pool = new ThreadPool(ThreadPool.Config.named("sized"));
    for (int i = 0; i < 5000; i++) { // more than the queue holds
      pool.execute(ran::incrementAndGet);
    }
    pool.close();
    assertEquals(5000, ran.get());
    assertThrows(RejectedExecutionException.class, () -> pool.execute(ran::incrementAndGet));
    assertEquals(5000, ran.get());
  }
}
