package dev.millrace.transport.uring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Locale;

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

  public enum CloseReason {
    /** The peer ended it. */
    PEER,
    /** The server closed it: after the last response, or while stopping. */
    SERVER,
    /** The server closed it after a second without traffic: idle or too slow. */
    TIMEOUT,
    /** Reset by the peer or by the network. */
    RESET,
    /** The peer did not accept sent bytes for too long. */
    STALLED;

    private static final int COUNT = values().length;

    /** A server-side close after this long without traffic counts as a timeout. */
    private static final long SILENCE_NANOS = 1_000_000_000L;

    /** The reason of a close that XNIO's user requested. */
    static CloseReason of(boolean broken, boolean peerEnded, long silentNanos) {
      if (broken) {
        return RESET;
      }
      if (peerEnded) {
        return PEER;
      }
      return silentNanos > SILENCE_NANOS ? TIMEOUT : SERVER;
    }

    /** The value of the label in metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final boolean counting;
  private final long[] cells = new long[Figure.values().length];
  private final long[] closed = new long[CloseReason.COUNT];

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
