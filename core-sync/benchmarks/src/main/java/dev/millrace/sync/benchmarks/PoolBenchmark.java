package dev.millrace.sync.benchmarks;

import dev.millrace.sync.ThreadPool;
import dev.millrace.sync.WaitGroup;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** Two workers and a queue of 1,024: a thousand small tasks, or one there and back. */
@State(Scope.Benchmark)
public class PoolBenchmark {
  private static final int TASKS = 1_000;

  private final ThreadPool pool = new ThreadPool(new ThreadPool.Config("bench", 2, 1024));
  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(2, 2, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(1024));

  @TearDown(Level.Trial)
  public void close() {
    pool.close();
    executor.shutdown();
  }

  private static void work() {
    Blackhole.consumeCPU(50);
  }

  @Benchmark
  @OperationsPerInvocation(TASKS)
  public void poolBatch() {
    WaitGroup group = new WaitGroup();
    for (int i = 0; i < TASKS; i++) {
      pool.spawn(group, PoolBenchmark::work);
    }
    group.await();
  }

  @Benchmark
  @OperationsPerInvocation(TASKS)
  public void poolBatchExecutor() throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(TASKS);
    for (int i = 0; i < TASKS; i++) {
      executor.execute(() -> {
        work();
        latch.countDown();
      });
    }
    latch.await();
  }

  @Benchmark
  public void poolRoundTrip() {
    WaitGroup group = new WaitGroup();
    pool.spawn(group, PoolBenchmark::work);
    group.await();
  }

  @Benchmark
  public void poolRoundTripExecutor() throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(1);
    executor.execute(() -> {
      work();
      latch.countDown();
    });
    latch.await();
  }
}
