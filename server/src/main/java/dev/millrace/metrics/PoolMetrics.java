package dev.millrace.metrics;

import dev.millrace.sync.ThreadPool;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Metrics of a thread pool: how long tasks wait and run, and how many are rejected or fail. */
public final class PoolMetrics implements ThreadPool.Observer {
  private static final Duration[] BOUNDS = {
    Duration.ofNanos(50_000),
    Duration.ofNanos(200_000),
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  private final Timer wait;
  private final Timer run;
  private final Counter rejected;
  private final Counter failed;
  private final Consumer<Throwable> failures;
  private final boolean timed;

  /**
   * @param pool value of the label
   * @param failures receives exceptions of tasks, on the worker thread
   * @param timed whether to measure waiting and running
   */
  public PoolMetrics(
      MeterRegistry registry, String pool, Consumer<Throwable> failures, boolean timed) {
    this.timed = timed;
    this.failures = failures;
    this.wait =
        Timer.builder("millrace.pool.wait")
            .description("Time a task waited in a pool's queue")
            .tag("pool", pool)
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
    this.run =
        Timer.builder("millrace.pool.run")
            .description("Time a task ran on a thread of a pool")
            .tag("pool", pool)
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
    this.rejected =
        Counter.builder("millrace.pool.rejected")
            .description("Tasks rejected because a pool's queue was full")
            .tag("pool", pool)
            .register(registry);
    this.failed =
        Counter.builder("millrace.pool.failed")
            .description("Tasks of a pool that threw")
            .tag("pool", pool)
            .register(registry);
  }

  @Override
  public void onStart(long waitNanos) {
    if (timed) {
      wait.record(waitNanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void onFinish(long runNanos) {
    if (timed) {
      run.record(runNanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void onReject() {
    rejected.increment();
  }

  @Override
  public void onFailure(Throwable failure) {
    failed.increment();
    failures.accept(failure);
  }
}
