package dev.millrace.transport.uring;

import dev.millrace.transport.CloseReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The transport's metrics. Written by the loop thread only; any thread may read. */
public final class TransportStats {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  public enum Figure {
    /** Connections accepted since the start. */
    ACCEPTED,
    /** Connections now open, those being closed included. */
    OPEN,
    /** Bytes received. */
    RECEIVED_BYTES,
    /** Bytes sent. */
    SENT_BYTES,
    /** Bytes for which a zero-copy send was requested; part of the bytes sent. */
    ZERO_COPY_BYTES,
    /** Bytes of zero-copy sends that the kernel copied nevertheless. */
    COPIED_BYTES,
    /** How often receiving stopped because no provided buffer was free. */
    NO_RECEIVE_BUFFER,
    /** How often accepting paused because the process or the system had no free descriptor. */
    ACCEPT_PAUSED,
    /** Send chunks in use by connections. */
    CHUNKS_IN_USE
  }

  private final boolean counting;
  private final long[] cells = new long[Figure.values().length];
  private final long[] closed = new long[CloseReason.values().length];

  /**
   * @param counting false to record nothing
   */
  TransportStats(boolean counting) {
    this.counting = counting;
  }

  public long get(Figure figure) {
    return (long) CELL.getOpaque(cells, figure.ordinal());
  }

  public long closed(CloseReason reason) {
    return (long) CELL.getOpaque(closed, reason.ordinal());
  }

  void add(Figure figure, long amount) {
    if (counting) {
      int cell = figure.ordinal();
      CELL.setOpaque(cells, cell, cells[cell] + amount);
    }
  }

  void countClosed(CloseReason reason) {
    add(Figure.OPEN, -1);
    if (counting) {
      CELL.setOpaque(closed, reason.ordinal(), closed[reason.ordinal()] + 1);
    }
  }
}
