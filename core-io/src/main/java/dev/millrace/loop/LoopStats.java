package dev.millrace.loop;

import dev.millrace.uring.OpKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jdk.jfr.FlightRecorder;

/**
 * The loop's figures. Written by the loop's thread alone, with plain stores; any thread may read.
 * If they are not measured, all but the counts of turns, failures and stale completions stay zero.
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

  /** Turns taken. */
  public long turns() {
    return get(TURNS);
  }

  /** Completions dropped because their target was gone. */
  public long staleCompletions() {
    return get(STALE);
  }

  /** Posted tasks run. */
  public long tasks() {
    return get(TASKS);
  }

  /** Handlers that threw. */
  public long failures() {
    return get(FAILURES);
  }

  /** Timers that came due and ran. */
  public long timersRun() {
    return get(TIMERS_RUN);
  }

  /** Timers waiting, those that were cancelled and are not yet passed over included. */
  public long timers() {
    return get(TIMERS);
  }

  /** Operations submitted and not completed for good. */
  public long inFlight(OpKind kind) {
    return (long) CELL.getOpaque(inFlight, kind.ordinal());
  }

  /** From submission to completion; empty for multishot kinds and waits. */
  public Histogram latency(OpKind kind) {
    return latencies[kind.ordinal()];
  }

  /** From waking up to the next enter call. */
  public Histogram turnBusy() {
    return turnBusy;
  }

  /** How long the first of the tasks that a turn found had waited since it was posted. */
  public Histogram taskWait() {
    return taskWait;
  }

  /** From another thread's call that ends the loop's sleep to the beginning of the turn. */
  public Histogram wakeUps() {
    return wakeUps;
  }

  /** Submissions that one enter call handed over: how deep the submission queue was, a number. */
  public Histogram submissions() {
    return submissions;
  }

  /** Completions that one turn handled, a number. */
  public Histogram completions() {
    return completions;
  }

  /**
   * The longest turn of the last minute, the present one included: how long the loop stalled.
   *
   * @param nowNanos the ring's present time
   */
  public long longestTurnNanos(long nowNanos) {
    long longest = longestTurn.get(nowNanos);
    long began = get(TURN_BEGAN_NANOS);
    return get(BUSY) != 0 ? Math.max(longest, nowNanos - began) : longest;
  }

  // ---- the loop's thread -----------------------------------------------------------------------

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
   * The classes of events are not touched unless somebody records: with the first of them JFR loads
   * all of its own, a tenth of a start, on the loop's thread. And that is asked first: a test for
   * what is seldom slow would be compiled without its other side, and the first slow turn would
   * have the loop interpreted, which makes for more of them.
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
