package dev.millrace.transport;

import java.util.Locale;

/** Why a connection ended, for metrics. */
public enum CloseReason {
  /** The peer ended it. */
  PEER,
  /** The server closed it: after the last response, or while stopping. */
  SERVER,
  /** The server closed it after a second without traffic: idle or too slow. */
  TIMEOUT,
  /** Reset by the peer or by the network. */
  RESET,
  /** The peer did not accept sent bytes for too long; only on io_uring. */
  STALLED;

  /** A server-side close after this long without traffic counts as a timeout. */
  private static final long SILENCE_NANOS = 1_000_000_000L;

  /** The reason of a close that XNIO's user requested. */
  public static CloseReason of(boolean broken, boolean peerEnded, long silentNanos) {
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
