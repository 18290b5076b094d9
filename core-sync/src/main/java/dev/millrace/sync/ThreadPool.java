package dev.millrace.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that run tasks from one bounded FIFO queue.
 *
 * <p>A task that throws does not end its worker; {@link Observer#onFailure} is called. {@link
 * #close} runs all queued tasks and joins the workers. Actions before a spawn happen before the
 * task runs. Any thread may call, including virtual ones. Waiting ignores {@link Thread#interrupt}
 * and keeps the interrupt status.
 *
 * <p>Source: lib/std/Thread/Pool.zig, whose queue is unbounded.
 */
public final class ThreadPool implements Executor, AutoCloseable {
  /*
   * One mutex guards the queue. Workers sleep on notEmpty; spawners that found the queue full sleep
   * on notFull. Both are signalled after the mutex is unlocked, so that the woken thread does not
   * block on it.
   *
   * A signal may be a system call, so it is given only if it brings a task nearer to its end: not
   * if no worker is idle, and not while a woken worker has not yet locked the mutex. That worker
   * wakes the next one if it leaves tasks behind.
   *
   * A bounded queue has a deadlock that Zig's does not have: if every worker runs a task that
   * spawns and the queue is full, all of them wait for room that only they could make. So a thread
   * inside a task of this pool, a worker or a helping thread, runs the new task itself if the queue
   * is full. waitAndWork applies the same idea to waiting: a thread that waits for a group first
   * runs queued tasks, because the group's tasks may be in the queue with no worker left to run
   * them.
   *
   * A helper may run an unrelated task on top of the waiting one, which then cannot continue before
   * the unrelated task ends. No cycle can result while tasks wait only for tasks that they spawned
   * themselves: in a cycle of "waits for, or lies below", each task would have to start before the
   * next, and thus before itself.
   */
  /** Bound in workers, and in other threads while they help. */
  private static final ScopedValue<ThreadPool> INSIDE = ScopedValue.newInstance();

  private final Config config;
  private final Mutex mutex = new Mutex();
  private final Condition notEmpty = new Condition();
  private final Condition notFull = new Condition();
  private final ArrayDeque<Entry> queue;
  private final List<SyncThread> workers;
  private final AtomicWord running = new AtomicWord(0);

  /** Written under the mutex, read by gauges without it. */
  private volatile int depth;

  /**
   * Under the mutex: workers on notEmpty, whether one of them is signalled, spawners on notFull.
   */
  private int idle;

  private boolean waking;
  private int blocked;

  private volatile boolean closed;

  /**
   * The properties of a pool.
   *
   * @param name prefix of the workers' names: {@code name-0}, {@code name-1}, ...
   * @param workers number of workers; without any, tasks run only in {@link #runOne}, {@link
   *     #waitAndWork} and {@link #close}, on the calling thread
   * @param queueCapacityEntries maximum of queued tasks, not counting running ones; at least 1
   * @param observer notified of every task
   */
  public record Config(String name, int workers, int queueCapacityEntries, Observer observer) {
    /**
     * @throws IllegalArgumentException if a value is out of range
     */
    public Config {
      if (name.isBlank()) {
        throw new IllegalArgumentException("name must not be blank");
      }
      if (workers < 0) {
        throw new IllegalArgumentException("workers must be at least 0, were " + workers);
      }
      if (queueCapacityEntries < 1) {
        throw new IllegalArgumentException(
            "queueCapacityEntries must be at least 1, was " + queueCapacityEntries);
      }
    }

    private static final Observer NONE = new Observer() {};

    /** A pool without an observer: failures go to the uncaught exception handler. */
    public Config(String name, int workers, int queueCapacityEntries) {
      this(name, workers, queueCapacityEntries, NONE);
    }

    /** A worker for each processor, and room for 1024 tasks. */
    public static Config named(String name) {
      return new Config(name, Runtime.getRuntime().availableProcessors(), 1024);
    }

    private boolean isWatched() {
      return observer != NONE;
    }
  }

  /**
   * Notified of every task, on the thread that runs it (a worker, or a thread inside {@link
   * #waitAndWork}); {@link #onReject} on the thread whose task is rejected. Must not block. An
   * exception that it throws goes to the thread's uncaught exception handler.
   */
  public interface Observer {
    /** A task is about to run, {@code waitNanos} after its spawn. */
    default void onStart(long waitNanos) {}

    /** A task returned or threw after {@code runNanos}. */
    default void onFinish(long runNanos) {}

    /** {@link #trySpawn} found the queue full. */
    default void onReject() {}

    /**
     * A task threw. Called before {@link #onFinish}. By default passes {@code failure} to the
     * thread's uncaught exception handler.
     */
    default void onFailure(Throwable failure) {
      uncaught(failure);
    }
  }

  private record Entry(Runnable task, @Nullable WaitGroup group, long spawnedNanos) {}

  /**
   * Starts the workers.
   *
   * @throws OutOfMemoryError if the system cannot create enough threads; those created are joined
   */
  public ThreadPool(Config config) {
    this.config = config;
    queue = new ArrayDeque<>(Math.min(config.queueCapacityEntries(), 1024));
    workers = new ArrayList<>(config.workers());
    try {
      for (int i = 0; i < config.workers(); i++) {
        workers.add(
            SyncThread.spawn(
                SyncThread.Config.named(config.name() + "-" + i),
                () -> ScopedValue.where(INSIDE, this).run(this::work)));
      }
    } catch (OutOfMemoryError noThread) {
      close();
      throw noThread;
    }
  }

  /**
   * Queues {@code task} if there is room. Waits only for the queue's short critical section.
   *
   * @return false if the queue is full; {@link Observer#onReject} was called
   * @throws IllegalStateException if the pool is closed
   */
  public boolean trySpawn(Runnable task) {
    if (enqueue(new Entry(task, null, now()), false)) {
      return true;
    }
    try {
      config.observer().onReject();
    } catch (RuntimeException | Error failure) {
      uncaught(failure);
    }
    return false;
  }

  /**
   * Queues {@code task}, waiting for room. A task of this pool does not wait: if the queue is full,
   * the calling thread runs {@code task} itself.
   *
   * @throws IllegalStateException if the pool is closed, also while waiting
   */
  public void spawn(Runnable task) {
    spawnEntry(new Entry(task, null, now()));
  }

  /**
   * As {@link #spawn(Runnable)}: waits for room.
   *
   * @throws RejectedExecutionException if the pool is closed, also while waiting
   */
  @Override
  public void execute(Runnable task) {
    try {
      spawn(task);
    } catch (IllegalStateException closing) {
      throw new RejectedExecutionException(closing);
    }
  }

  /**
   * Like {@link #spawn(Runnable)}, between {@link WaitGroup#start} and {@link WaitGroup#finish}.
   *
   * @throws IllegalStateException if the pool is closed, also while waiting; the group is then
   *     unchanged
   */
  public void spawn(WaitGroup group, Runnable task) {
    group.start();
    boolean spawned = false;
    try {
      spawnEntry(new Entry(task, group, now()));
      spawned = true;
    } finally {
      if (!spawned) {
        group.finish();
      }
    }
  }

  /**
   * Runs queued tasks of any group until {@code group} is done or the queue is empty; then waits. A
   * task may thus wait for tasks that it spawned itself; two tasks that wait for each other's tasks
   * may deadlock.
   */
  public void waitAndWork(WaitGroup group) {
    ScopedValue.where(INSIDE, this).run(() -> help(group));
  }

  private void help(WaitGroup group) {
    while (!group.isDone()) {
      Entry entry = dequeue(false);
      if (entry == null) {
        group.await();
        return;
      }
      run(entry);
    }
  }

  /**
   * Runs the oldest queued task on the calling thread. A simulation that decides when each task
   * runs uses this with a pool that has no workers.
   *
   * @return false if no task is queued
   */
  public boolean runOne() {
    Entry entry = dequeue(false);
    if (entry == null) {
      return false;
    }
    ScopedValue.where(INSIDE, this).run(() -> run(entry));
    return true;
  }

  /** The current number of queued tasks. */
  public int queueDepth() {
    return depth;
  }

  /** The current number of running tasks, including those run by {@link #waitAndWork}. */
  public int activeWorkers() {
    return running.load(MemoryOrder.MONOTONIC);
  }

  /**
   * Rejects new tasks, waits until the queued and running ones have ended, and joins the workers.
   * Further calls wait likewise.
   *
   * @throws IllegalStateException if called from a task of this pool, which would wait for itself
   */
  @Override
  public void close() {
    if (isInside()) {
      throw new IllegalStateException(
          "pool '" + config.name() + "' closed by one of its own tasks");
    }
    mutex.lock();
    closed = true;
    mutex.unlock();
    notEmpty.broadcast();
    notFull.broadcast();
    for (SyncThread worker : workers) {
      worker.join();
    }
    boolean more = workers.isEmpty(); // then only the calling thread runs what is queued
    while (more) {
      more = runOne();
    }
  }

  private void spawnEntry(Entry entry) {
    if (!enqueue(entry, !isInside())) {
      run(entry);
    }
  }

  private boolean enqueue(Entry entry, boolean waitForRoom) {
    boolean wake;
    mutex.lock();
    try {
      while (!closed && queue.size() == config.queueCapacityEntries()) {
        if (!waitForRoom) {
          return false;
        }
        blocked++;
        notFull.await(mutex);
        blocked--;
      }
      if (closed) {
        throw new IllegalStateException("pool '" + config.name() + "' is closed");
      }
      queue.addLast(entry);
      depth = queue.size();
      wake = mustWake();
    } finally {
      mutex.unlock();
    }
    if (wake) {
      notEmpty.signal();
    }
    return true;
  }

  /** Whether to signal notEmpty; records the decision. Call under the mutex. */
  private boolean mustWake() {
    boolean wake = idle > 0 && !waking && !queue.isEmpty();
    waking |= wake;
    return wake;
  }

  private void work() {
    while (true) {
      Entry entry = dequeue(true);
      if (entry == null) {
        return;
      }
      run(entry);
      // An interrupt of this task must not reach the next.
      Thread.interrupted();
    }
  }

  /** The next task; null if there is none and the caller does not wait, or the pool is closed. */
  private @Nullable Entry dequeue(boolean waitForOne) {
    Entry entry;
    boolean wake;
    boolean room;
    mutex.lock();
    try {
      while ((entry = queue.pollFirst()) == null) {
        if (closed || !waitForOne) {
          return null;
        }
        idle++;
        notEmpty.await(mutex);
        idle--;
        waking = false;
      }
      depth = queue.size();
      wake = mustWake();
      room = blocked > 0;
    } finally {
      mutex.unlock();
    }
    if (wake) {
      notEmpty.signal();
    }
    if (room) {
      notFull.signal();
    }
    return entry;
  }

  private void run(Entry entry) {
    running.fetchAdd(1, MemoryOrder.MONOTONIC);
    try {
      runObserved(entry);
    } finally {
      running.fetchSub(1, MemoryOrder.MONOTONIC);
      if (entry.group() != null) {
        entry.group().finish();
      }
    }
  }

  private void runObserved(Entry entry) {
    long startNanos = now();
    try {
      observe(() -> config.observer().onStart(startNanos - entry.spawnedNanos()));
      entry.task().run();
    } catch (Throwable failure) {
      observe(() -> config.observer().onFailure(failure));
    } finally {
      observe(() -> config.observer().onFinish(now() - startNanos));
    }
  }

  /** The time, or 0 without an observer. */
  private long now() {
    return config.isWatched() ? System.nanoTime() : 0;
  }

  private void observe(Runnable event) {
    try {
      event.run();
    } catch (Throwable failure) {
      uncaught(failure);
    }
  }

  private static void uncaught(Throwable failure) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
  }

  private boolean isInside() {
    return INSIDE.isBound() && INSIDE.get() == this;
  }
}
