package dev.millrace.loop;

import dev.millrace.uring.OpKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jdk.jfr.FlightRecorder;

/**
 * The loop's metrics. Written by the loop thread only, with plain stores; any thread may read.
 * Without measurement, only turns, tasks, timers run, failures and stale completions are counted.
 */
public final class LoopStats {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int TURNS = 0;
  private static final int STALE = 1;
  private static final int TASKS = 2;
  private static final int TURN_BEGAN_NANOS = 3;
  private static final int FAILURES = 4;
  private static final int TIMERS_RUN = 5;
  private static final int TIMERS = 6;
  private static final int BUSY = 7;

  private final boolean measured;
  private final long[] cells = new long[8];
  private final long[] inFlight = new long[OpKind.count()];
  private final Histogram[] latencies = new Histogram[OpKind.count()];
  private final Histogram turnBusy = Histogram.powersOfTwo();
  private final Histogram taskWait = Histogram.powersOfTwo();
  private final Histogram wakeUps = Histogram.powersOfTwo();
  private final Histogram submissions = Histogram.ofNumbers();
  private final Histogram completions = Histogram.ofNumbers();
  private final RecentMaximum longestTurn;

  LoopStats(boolean measured, long nowNanos) {
    this.measured = measured;
    this.longestTurn = new RecentMaximum(nowNanos);
    for (int i = 0; i < latencies.length; i++) {
      latencies[i] = Histogram.powersOfTwo();
    }
  }

  private long get(int cell) {
    return (long) CELL.getOpaque(cells, cell);
  }

  private void set(int cell, long value) {
    CELL.setOpaque(cells, cell, value);
  }

  /** Number of turns. */
  public long turns() {
    return get(TURNS);
  }

  /** Completions dropped because their target had ended. */
  public long staleCompletions() {
    return get(STALE);
  }

  /** Posted tasks that ran. */
  public long tasks() {
    return get(TASKS);
  }

  /** Handlers that threw. */
  public long failures() {
    return get(FAILURES);
  }

  /** Timers that ran. */
  public long timersRun() {
    return get(TIMERS_RUN);
  }

  /** Queued timers, including cancelled ones that are still queued. */
  public long timers() {
    return get(TIMERS);
  }

  /** Operations submitted and not yet finally completed. */
  public long inFlight(OpKind kind) {
    return (long) CELL.getOpaque(inFlight, kind.ordinal());
  }

  /** From submission to completion; empty for multishot kinds and waits. */
  public Histogram latency(OpKind kind) {
    return latencies[kind.ordinal()];
  }

  /** From the wakeup to the next enter call. */
  public Histogram turnBusy() {
    return turnBusy;
  }

  /** Wait from posting to the turn, of the first task that a turn found. */
  public Histogram taskWait() {
    return taskWait;
  }

  /** From another thread's wakeup call to the start of the turn. */
  public Histogram wakeUps() {
    return wakeUps;
  }

  /** Number of submissions per enter call: the depth of the submission queue. */
  public Histogram submissions() {
    return submissions;
  }

  /** Number of completions per turn. */
  public Histogram completions() {
    return completions;
  }

  /**
   * The longest turn of the last minute, including the current one: how long the loop stalled.
   *
   * @param nowNanos the ring's current time
   */
  public long longestTurnNanos(long nowNanos) {
    long longest = longestTurn.get(nowNanos);
    long began = get(TURN_BEGAN_NANOS);
    return get(BUSY) != 0 ? Math.max(longest, nowNanos - began) : longest;
  }

  // ---- loop thread -----------------------------------------------------------------------------

  boolean measured() {
    return measured;
  }

  void turnBegan(long nanos, long submitted, long wokenNanos) {
    set(TURNS, cells[TURNS] + 1);
    if (measured) {
      set(TURN_BEGAN_NANOS, nanos);
      set(BUSY, 1);
      submissions.record(submitted);
      if (wokenNanos != 0) {
        wakeUps.record(Math.max(0, nanos - wokenNanos));
      }
    }
  }

  /**
   * Uses the event classes only while JFR records: the first use makes JFR load all of its own
   * classes on the loop thread, which takes a tenth of the start. JFR is checked before the
   * duration, because C2 would prune a rarely taken slow branch and the first slow turn would
   * deoptimize the loop.
   */
  void turnEnded(long nanos, int completed, int timers) {
    long busy = nanos - cells[TURN_BEGAN_NANOS];
    set(BUSY, 0);
    set(TIMERS, timers);
    turnBusy.record(busy);
    longestTurn.record(nanos, busy);
    completions.record(completed);
    if (FlightRecorder.isInitialized() && busy >= SlowTurn.NANOS) {
      SlowTurn.note(busy, completed);
    }
  }

  void stale() {
    set(STALE, cells[STALE] + 1);
  }

  void failed() {
    set(FAILURES, cells[FAILURES] + 1);
  }

  void ranTasks(int count, long waitedNanos) {
    set(TASKS, cells[TASKS] + count);
    if (waitedNanos >= 0) {
      taskWait.record(waitedNanos);
    }
  }

  void ranTimers(int count) {
    set(TIMERS_RUN, cells[TIMERS_RUN] + count);
  }

  void began(int kind) {
    CELL.setOpaque(inFlight, kind, inFlight[kind] + 1);
  }

  void ended(int kind) {
    CELL.setOpaque(inFlight, kind, inFlight[kind] - 1);
  }

  void latency(int kind, long nanos) {
    latencies[kind].record(nanos);
    if (FlightRecorder.isInitialized() && nanos >= SlowOperation.NANOS) {
      SlowOperation.note(OpKind.of(kind).name(), nanos);
    }
  }
}
