package dev.millrace.loop;

import dev.millrace.uring.CompletionSink;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingStats;
import dev.millrace.uring.UserData;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One thread's event loop over one ring.
 *
 * <p>A turn handles completions, posted tasks, due timers and deferred tasks, in this order. Then
 * it submits all operations prepared during the turn in one enter call and sleeps in that call if
 * there is nothing left to do. The loop does not create a thread: the thread that calls {@link
 * #attach} and then {@link #run} or {@link #turn} is the loop thread. Only it may call methods that
 * do not say "any thread".
 *
 * <p>To close, a target ends its operations (shut down, cancel), waits for the last completion of
 * each, frees its memory, and {@linkplain #release releases} its handle. A later completion is
 * recognised by its generation, dropped and counted.
 */
public final class EventLoop implements Executor, AutoCloseable {
  /** Operations that one target may have in flight at once, distinguished by tags from 0. */
  public static final int TAGS = SlotTable.TAGS;

  /** Maximum of completions handled before tasks and timers run. */
  private static final int BATCH = 1024;

  private final Ring ring;
  private final FailureHandler failures;
  private final LoopStats stats;
  private final SlotTable slots = new SlotTable();
  private final TaskQueue tasks = new TaskQueue();
  private final Timers timers = new Timers();
  private final Set<LoopWait> waits = ConcurrentHashMap.newKeySet();
  private final CompletionSink sink = this::dispatch;
  private ArrayDeque<Runnable> deferred = new ArrayDeque<>();
  private ArrayDeque<Runnable> deferredRunning = new ArrayDeque<>();
  private volatile @Nullable Wakeup wakeup;

  /** When another thread last made the system call that ends the loop's sleep; 0 once recorded. */
  private volatile long wokenNanos;

  private @Nullable Thread thread;
  private long nowNanos;
  private volatile boolean stopped;
  private volatile boolean closed;

  /** Receives exceptions of handlers, tasks and timers. Must not block or throw. */
  @FunctionalInterface
  public interface FailureHandler {
    void failed(Throwable failure);
  }

  /**
   * @param ring not yet enabled; closed with the loop
   */
  public EventLoop(Ring ring, FailureHandler failures) {
    this(ring, failures, true);
  }

  /**
   * @param ring not yet enabled; closed with the loop
   * @param measured whether {@link #stats} records times and numbers of operations, which costs a
   *     few nanoseconds per operation
   */
  public EventLoop(Ring ring, FailureHandler failures, boolean measured) {
    this.ring = ring;
    this.failures = failures;
    this.stats = new LoopStats(measured, ring.nanoTime());
  }

  /** Makes the calling thread the loop thread. Call once, before all other methods. */
  public void attach() {
    if (thread != null) {
      throw new IllegalStateException("the loop is already attached to thread " + thread.getName());
    }
    thread = Thread.currentThread();
    ring.enable();
    nowNanos = ring.nanoTime();
    wakeup =
        ring.features().supports(OpKind.FUTEX_WAIT)
            ? new FutexWakeup(this)
            : new EventfdWakeup(this);
    if (!tasks.isEmpty()) {
      wakeup.wake(); // tasks were posted before the wakeup existed
    }
  }

  /** The ring that this loop drives. */
  public Ring ring() {
    return ring;
  }

  /** The loop's metrics. Any thread. */
  public LoopStats stats() {
    return stats;
  }

  /** Whether times and numbers of operations are recorded. Any thread. */
  public boolean isMeasured() {
    return stats.measured();
  }

  /** Whether the calling thread is the loop thread. Any thread. */
  public boolean isLoopThread() {
    return Thread.currentThread() == thread;
  }

  /** {@link Ring#nanoTime()} at the start of this turn. */
  public long nowNanos() {
    return nowNanos;
  }

  /** Tasks posted and not yet run. Any thread. */
  public int postedTasks() {
    return tasks.size();
  }

  /** Number of registered targets. */
  public int targets() {
    return slots.size();
  }

  /** Registers a target and returns its handle, which its submissions carry. */
  public long register(CompletionTarget target) {
    return slots.add(target);
  }

  /** Releases a target's handle; its operations must have completed. */
  public void release(long handle) {
    slots.remove(handle);
  }

  /**
   * Records that an operation is about to be prepared. The operation must produce a completion; one
   * that succeeds silently must not be recorded.
   *
   * @param tag the target's own number for the operation, less than {@link #TAGS}, in use until its
   *     last completion
   * @return the user data to prepare the operation with
   */
  public long begin(long handle, OpKind kind, int tag) {
    assert isLoopThread() : "only the loop thread may submit";
    assert tag >= 0 && tag < TAGS : "tag " + tag;
    long userData = UserData.of(handle, kind, tag);
    if (stats.measured()) {
      slots.submitted(userData, nowNanos);
      stats.began(kind.ordinal());
    }
    return userData;
  }

  /**
   * Runs a task on the loop thread, soon and in FIFO order. After the loop has closed the task
   * never runs, so a thread that waits for a task uses a {@link LoopWait}, and a task that carries
   * a resource is a {@link DroppableTask}. Any thread.
   */
  public void post(Runnable task) {
    if (tasks.incrementPending() && stats.measured()) {
      tasks.firstPosted(ring.nanoTime());
    }
    tasks.add(task);
    if (closed) {
      tasks.drop();
    }
    Wakeup current = wakeup;
    if (current != null) {
      current.wake();
    }
  }

  /**
   * As {@link #post}, but refuses tasks once the loop is stopped. A task that was accepted runs if
   * the loop makes a turn after {@link #stop}, as a {@link LoopThread} does. Any thread.
   *
   * @throws RejectedExecutionException if the loop is stopped or closed
   */
  @Override
  public void execute(Runnable task) {
    if (!stopped) {
      AcceptedTask accepted = new AcceptedTask(task);
      post(accepted);
      // The loop stops, then makes its last turn; so if it is not stopped yet, that turn is to
      // come.
      if (!stopped || !accepted.claim()) {
        return;
      }
    }
    throw new RejectedExecutionException("the loop is stopped");
  }

  /**
   * Runs a task at the end of this turn, just before submission; called from a deferred task, at
   * the end of the next turn.
   */
  public void defer(Runnable task) {
    deferred.add(task);
  }

  public Timer schedule(Runnable task, long delayNanos) {
    Timer timer = new Timer(timers, task, ring.nanoTime() + Math.max(0, delayNanos));
    timers.add(timer);
    return timer;
  }

  /** Runs a task after a delay, counted from now. Any thread. */
  public Timer scheduleFromAnyThread(Runnable task, long delayNanos) {
    if (isLoopThread()) {
      return schedule(task, delayNanos);
    }
    Timer timer = new Timer(timers, task, ring.nanoTime() + Math.max(0, delayNanos));
    post(() -> timers.add(timer));
    return timer;
  }

  /** Makes {@link #run} return after its turn. Any thread. */
  public void stop() {
    stopped = true;
    post(() -> {});
  }

  /** Runs turns until {@link #stop}. */
  public void run() {
    while (!stopped) {
      turn(true);
    }
  }

  /**
   * Runs one turn.
   *
   * @param maySleep whether to wait for a completion if there is nothing to do
   * @return number of completions, tasks, timers and deferred tasks handled
   */
  public int turn(boolean maySleep) {
    Wakeup sleep = currentWakeup();
    if (!maySleep || !deferred.isEmpty() || stopped || !sleep.tryFallAsleep()) {
      ring.submitAndWait(0, 0);
    } else {
      ring.submitAndWait(1, untilNextTimer());
    }
    sleep.awake();
    nowNanos = ring.nanoTime();
    stats.turnBegan(nowNanos, ring.stats().get(RingStats.Counter.LAST_BATCH), takeWokenNanos());
    int completed = ring.reap(sink, BATCH);
    int work = completed + runTasks() + runTimers() + runDeferred();
    if (stats.measured()) {
      stats.turnEnded(ring.nanoTime(), completed, timers.size());
    }
    return work;
  }

  private long takeWokenNanos() {
    long woken = wokenNanos;
    if (woken != 0) {
      wokenNanos = 0;
    }
    return woken;
  }

  /** The caller is about to make the system call that ends the loop's sleep. Any thread. */
  void waking() {
    if (stats.measured()) {
      wokenNanos = ring.nanoTime();
    }
  }

  private Wakeup currentWakeup() {
    Wakeup current = wakeup;
    if (current == null) {
      throw new IllegalStateException("attach first");
    }
    return current;
  }

  private void dispatch(long userData, int result, int flags) {
    if (!Ring.hasMore(flags) && stats.measured()) {
      int kind = UserData.kind(userData);
      stats.ended(kind);
      if (!OpKind.of(kind).isWait()) {
        stats.latency(kind, nowNanos - slots.submittedNanos(userData));
      }
    }
    CompletionTarget target = slots.find(userData);
    if (target == null) {
      stats.stale();
      return;
    }
    try {
      target.completed(UserData.tag(userData), result, flags);
    } catch (Throwable failure) {
      fail(failure);
    }
  }

  private int runTasks() {
    int ran = 0;
    long firstPosted = tasks.takeFirstPosted();
    // Tasks posted by these tasks wait for the next turn, so that they cannot starve completions.
    for (int left = tasks.size(); left > 0; left--) {
      Runnable task = tasks.take();
      if (task == null) {
        break;
      }
      ran++;
      runGuarded(task);
    }
    if (ran > 0) {
      stats.ranTasks(ran, firstPosted == 0 ? -1 : Math.max(0, nowNanos - firstPosted));
      if (stats.measured() && tasks.size() > 0) {
        tasks.left(nowNanos);
      }
    }
    return ran;
  }

  private int runTimers() {
    int ran = 0;
    for (Timer due = timers.takeDue(nowNanos); due != null; due = timers.takeDue(nowNanos)) {
      ran++;
      runGuarded(due.takeTask());
    }
    if (ran > 0) {
      stats.ranTimers(ran);
    }
    return ran;
  }

  private int runDeferred() {
    if (deferred.isEmpty()) {
      return 0;
    }
    ArrayDeque<Runnable> current = deferred;
    deferred = deferredRunning;
    deferredRunning = current;
    int ran = 0;
    for (Runnable task = current.poll(); task != null; task = current.poll()) {
      ran++;
      runGuarded(task);
    }
    return ran;
  }

  private void runGuarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      fail(failure);
    }
  }

  private void fail(Throwable failure) {
    stats.failed();
    failures.failed(failure);
  }

  private long untilNextTimer() {
    Timer next = timers.next();
    return next == null ? -1 : Math.max(0, next.dueNanos() - ring.nanoTime());
  }

  /** Waits of other threads for this loop. Any thread. */
  Set<LoopWait> waits() {
    return waits;
  }

  /** Whether the loop has closed. Any thread. */
  boolean isClosed() {
    return closed;
  }

  /**
   * Cancels and joins the operations in flight of targets that support it ({@link
   * CompletionTarget#cancelForClose}), closes the ring, drops tasks and timers, and ends the waits
   * of other threads ({@link LoopWait}). The loop must have stopped, and the operations of other
   * targets must have completed. Posting stays harmless.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    stopped = true;
    Wakeup current = wakeup;
    try {
      ClosingLoop.join(ring, slots, stats);
      if (current != null) {
        current.close();
      }
    } finally {
      ring.close();
      closed = true;
      tasks.drop();
      timers.clear();
      deferred.clear();
      waits.forEach(LoopWait::loopClosed);
    }
  }
}
