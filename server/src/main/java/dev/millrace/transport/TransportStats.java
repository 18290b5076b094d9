package dev.millrace.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The transport's figures. Written by the loop's thread alone; any thread may read. */
public final class TransportStats {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /** What is counted. */
  public enum Figure {
    /** Connections accepted since the start. */
    ACCEPTED,
    /** Connections now open, those being closed included. */
    OPEN,
    /** Bytes received. */
    RECEIVED_BYTES,
    /** Bytes sent. */
    SENT_BYTES,
    /** Times receiving stopped for want of a provided buffer. */
    NO_RECEIVE_BUFFER,
    /** Times accepting paused because the process or the system was out of descriptors. */
    ACCEPT_PAUSED,
    /** Send chunks held by connections. */
    CHUNKS_IN_USE,
    /** Provided receive buffers that the kernel may fill. */
    RECEIVE_BUFFERS_FREE
  }

  private final long[] cells = new long[Figure.values().length];

  TransportStats() {}

  /** A figure's present value. */
  public long get(Figure figure) {
    return (long) CELL.getOpaque(cells, figure.ordinal());
  }

  void add(Figure figure, long amount) {
    set(figure, cells[figure.ordinal()] + amount);
  }

  void set(Figure figure, long value) {
    CELL.setOpaque(cells, figure.ordinal(), value);
  }
}
