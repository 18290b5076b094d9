package dev.millrace.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that run tasks from one bounded queue, first in, first out.
 *
 * <p>A task that throws ends neither its worker nor unnoticed: {@link Observer#onFailure} is told.
 * {@link #close} lets the queue run empty and joins the workers. What happened before a spawn
 * happens before the task runs. Any thread may call, virtual ones included; waiting ignores {@link
 * Thread#interrupt} and keeps the interrupt status.
 *
 * <p>Source: lib/std/Thread/Pool.zig, whose queue has no bound.
 */
public final class ThreadPool implements AutoCloseable {
  /*
   * One mutex guards the queue; workers sleep on notEmpty, spawners that found no room on notFull.
   * Both are signalled after the mutex is let go, so that the one who wakes does not run into it.
   *
   * A signal may be a system call, so none is given that does not bring a task nearer to its end:
   * none if nobody is idle, nor while a woken worker has not got the mutex yet. That one wakes the
   * next, if it then leaves tasks behind.
   *
   * A bounded queue brings a deadlock that Zig's does not have: if every worker is inside a task
   * that spawns, and the queue is full, all of them wait for room that only they could make. So
   * whoever is inside a task of this pool, be it a worker or a thread that helps, and finds no room,
   * runs the new task itself, there and then. waitAndWork is the same idea for waiting: who waits
   * for a group first runs what is queued, since the tasks of that group may be in the queue with
   * no worker left to run them.
   *
   * A helper may put a stranger's task on top of the one that waits, so the one below cannot go on
   * before the stranger ends. While tasks wait only for tasks that they themselves spawned, no
   * circle can come of it: each task in a circle "waits for, or lies below" would have to be
   * started before the next, round to itself.
   */
  /** Bound in workers, and in other threads as long as they help. */
  private static final ScopedValue<ThreadPool> INSIDE = ScopedValue.newInstance();

  private final Config config;
  private final Mutex mutex = new Mutex();
  private final Condition notEmpty = new Condition();
  private final Condition notFull = new Condition();
  private final ArrayDeque<Entry> queue;
  private final List<SyncThread> workers;
  private final AtomicWord running = new AtomicWord(0);

  /** Written under the mutex, read by gauges without. */
  private volatile int depth;

  /** Workers on notEmpty, whether one of them has been signalled, spawners on notFull: by mutex. */
  private int idle;

  private boolean waking;
  private int blocked;

  private volatile boolean closed;

  /**
   * What a pool is made of.
   *
   * @param name prefix of the workers' names: {@code name-0}, {@code name-1}, ...
   * @param workers at least 1
   * @param queueCapacityEntries tasks that may wait, those running not counted; at least 1
   * @param observer told of every task
   */
  public record Config(String name, int workers, int queueCapacityEntries, Observer observer) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Config {
      if (name.isBlank()) {
        throw new IllegalArgumentException("a pool needs a name");
      }
      if (workers < 1) {
        throw new IllegalArgumentException("workers must be at least 1, were " + workers);
      }
      if (queueCapacityEntries < 1) {
        throw new IllegalArgumentException(
            "queueCapacityEntries must be at least 1, was " + queueCapacityEntries);
      }
    }

    private static final Observer NOBODY = new Observer() {};

    /** A pool with nobody watching: failures go to the uncaught exception handler. */
    public Config(String name, int workers, int queueCapacityEntries) {
      this(name, workers, queueCapacityEntries, NOBODY);
    }

    private boolean isWatched() {
      return observer != NOBODY;
    }
  }

  /**
   * Told of every task, on the thread that runs it (a worker, or one inside {@link #waitAndWork});
   * {@link #onReject} on the thread that was refused. Must not block. What it throws goes to the
   * thread's uncaught exception handler.
   */
  public interface Observer {
    /** A task is about to run, {@code waitNanos} after it was spawned. */
    default void onStart(long waitNanos) {}

    /** A task has ended, by return or by throwing, after {@code runNanos}. */
    default void onFinish(long runNanos) {}

    /** {@link #trySpawn} found the queue full. */
    default void onReject() {}

    /**
     * A task threw. Called before {@link #onFinish}. Unless overridden, hands {@code failure} to
     * the thread's uncaught exception handler.
     */
    default void onFailure(Throwable failure) {
      uncaught(failure);
    }
  }

  private record Entry(Runnable task, @Nullable WaitGroup group, long spawnedNanos) {}

  /**
   * Starts the workers.
   *
   * @throws OutOfMemoryError if the system has too few threads left to give; none stays behind
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
   * Queues {@code task} if there is room. Waits for nothing but the queue's short critical section.
   *
   * @return false if the queue is full; the observer's {@link Observer#onReject} was told
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
   * Queues {@code task}, waiting for room. Called from within a task of this pool it does not wait:
   * if there is no room, the calling thread runs {@code task} itself.
   *
   * @throws IllegalStateException if the pool is closed, or is closed while waiting
   */
  public void spawn(Runnable task) {
    spawnEntry(new Entry(task, null, now()));
  }

  /**
   * Like {@link #spawn(Runnable)}, between {@link WaitGroup#start} and {@link WaitGroup#finish}.
   *
   * @throws IllegalStateException if the pool is closed, or is closed while waiting; the group is
   *     then as before
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
   * Runs queued tasks, of whatever group, until {@code group} is done or none is queued, and waits
   * then. A task may so wait for tasks that it spawned itself; two tasks that wait for each other's
   * may wait for ever.
   */
  public void waitAndWork(WaitGroup group) {
    ScopedValue.where(INSIDE, this).run(() -> help(group));
  }

  private void help(WaitGroup group) {
    while (!group.isDone()) {
      Entry entry = poll();
      if (entry == null) {
        group.await();
        return;
      }
      run(entry);
    }
  }

  /** Tasks that wait to be run, at this moment. */
  public int queueDepth() {
    return depth;
  }

  /** Tasks that are being run, at this moment; those run by {@link #waitAndWork} included. */
  public int activeWorkers() {
    return running.load(MemoryOrder.MONOTONIC);
  }

  /**
   * Takes no more tasks, waits until those queued and running have ended, and joins the workers.
   * Closing again waits likewise.
   *
   * @throws IllegalStateException if called from within a task of this pool, which would wait for
   *     itself
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

  /** Whether to signal notEmpty. Under the mutex, as is what it notes. */
  private boolean mustWake() {
    boolean wake = idle > 0 && !waking && !queue.isEmpty();
    waking |= wake;
    return wake;
  }

  private void work() {
    while (true) {
      Entry entry = take();
      if (entry == null) {
        return;
      }
      run(entry);
      // An interrupt meant for this task must not reach the next.
      Thread.interrupted();
    }
  }

  /** The next task, waiting for one; null once the pool is closed and the queue empty. */
  private @Nullable Entry take() {
    return dequeue(true);
  }

  private @Nullable Entry poll() {
    return dequeue(false);
  }

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
      if (config.isWatched()) {
        runWatched(entry);
      } else {
        runAlone(entry.task());
      }
    } finally {
      running.fetchSub(1, MemoryOrder.MONOTONIC);
      if (entry.group() != null) {
        entry.group().finish();
      }
    }
  }

  private void runAlone(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      tell(() -> config.observer().onFailure(failure));
    }
  }

  private void runWatched(Entry entry) {
    long startNanos = System.nanoTime();
    try {
      tell(() -> config.observer().onStart(startNanos - entry.spawnedNanos()));
      entry.task().run();
    } catch (Throwable failure) {
      tell(() -> config.observer().onFailure(failure));
    } finally {
      tell(() -> config.observer().onFinish(System.nanoTime() - startNanos));
    }
  }

  /** The time, if anybody wants to know. */
  private long now() {
    return config.isWatched() ? System.nanoTime() : 0;
  }

  private void tell(Runnable event) {
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
