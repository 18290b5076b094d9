package dev.millrace.loop;

import dev.millrace.uring.OpKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The loop's figures. Written by the loop's thread alone; any thread may read. */
public final class LoopStats {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int TURNS = 0;
  private static final int STALE = 1;
  private static final int TASKS = 2;
  private static final int LAST_TURN_NANOS = 3;
  private static final int FAILURES = 4;

  private final long[] cells = new long[5];
  private final long[] inFlight = new long[OpKind.count()];
  private final Histogram[] latencies = new Histogram[OpKind.count()];
  private final Histogram turnBusy = Histogram.powersOfTwo();

  LoopStats() {
    for (int i = 0; i < latencies.length; i++) {
      latencies[i] = Histogram.powersOfTwo();
    }
  }

  /** Turns taken. */
  public long turns() {
    return (long) CELL.getOpaque(cells, TURNS);
  }

  /** Completions dropped because their target was gone. */
  public long staleCompletions() {
    return (long) CELL.getOpaque(cells, STALE);
  }

  /** Posted tasks run. */
  public long tasks() {
    return (long) CELL.getOpaque(cells, TASKS);
  }

  /** Handlers that threw. */
  public long failures() {
    return (long) CELL.getOpaque(cells, FAILURES);
  }

  /** {@link System#nanoTime()} when the loop last woke. */
  public long lastTurnNanos() {
    return (long) CELL.getOpaque(cells, LAST_TURN_NANOS);
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

  void turn(long nanos) {
    CELL.setOpaque(cells, TURNS, cells[TURNS] + 1);
    CELL.setOpaque(cells, LAST_TURN_NANOS, nanos);
  }

  void stale() {
    CELL.setOpaque(cells, STALE, cells[STALE] + 1);
  }

  void failed() {
    CELL.setOpaque(cells, FAILURES, cells[FAILURES] + 1);
  }

  void ranTasks(int count) {
    CELL.setOpaque(cells, TASKS, cells[TASKS] + count);
  }

  void began(int kind) {
    CELL.setOpaque(inFlight, kind, inFlight[kind] + 1);
  }

  void ended(int kind) {
    CELL.setOpaque(inFlight, kind, inFlight[kind] - 1);
  }

  void latency(int kind, long nanos) {
    latencies[kind].record(nanos);
  }
}
