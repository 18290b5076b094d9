package dev.millrace.transport.uring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Locale;

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
    /** Those of them that were to be sent without a copy. */
    ZERO_COPY_BYTES,
    /** And those that the kernel copied all the same. */
    COPIED_BYTES,
    /** Times receiving stopped for want of a provided buffer. */
    NO_RECEIVE_BUFFER,
    /** Times accepting paused because the process or the system was out of descriptors. */
    ACCEPT_PAUSED,
    /** Send chunks held by connections. */
    CHUNKS_IN_USE
  }

  /** Why a connection ended. */
  public enum CloseReason {
    /** The peer ended it. */
    PEER,
    /** Ended from here: its last answer was sent, or the server stops. */
    SERVER,
    /** Ended from here after nothing had come or gone for a second: idle, or too slow. */
    TIMEOUT,
    /** It broke: reset by the peer, or by the network. */
    RESET,
    /** The peer left what was sent to it untaken for too long. */
    STALLED;

    private static final int COUNT = values().length;

    /** Whoever closes after so long a silence has a timer that ran out. */
    private static final long SILENCE_NANOS = 1_000_000_000L;

    /** Why a connection ends that its user closes. */
    static CloseReason of(boolean broken, boolean peerEnded, long silentNanos) {
      if (broken) {
        return RESET;
      }
      if (peerEnded) {
        return PEER;
      }
      return silentNanos > SILENCE_NANOS ? TIMEOUT : SERVER;
    }

    /** The name in metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final boolean counting;
  private final long[] cells = new long[Figure.values().length];
  private final long[] closed = new long[CloseReason.COUNT];

  /**
   * @param counting whether anything is counted at all
   */
  TransportStats(boolean counting) {
    this.counting = counting;
  }

  /** A figure's present value. */
  public long get(Figure figure) {
    return (long) CELL.getOpaque(cells, figure.ordinal());
  }

  /** Connections ended for a reason. */
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
