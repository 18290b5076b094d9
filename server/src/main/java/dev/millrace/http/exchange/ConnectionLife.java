package dev.millrace.http.exchange;

import org.xnio.StreamConnection;

/** Counts the requests of a connection, and tells the last one that its bounds allow. */
public final class ConnectionLife {
  private final ConnectionBounds bounds;
  private final long openedNanos;
  private int requests;
  private boolean told;

  /** Begins with a new connection. */
  public ConnectionLife(ConnectionBounds bounds) {
    this.bounds = bounds;
    this.openedNanos = bounds.nowNanos().getAsLong();
  }

  /** Counts a request; returns whether the connection must end with it. */
  public boolean isLast(StreamConnection connection) {
    boolean old =
        bounds.age().isPositive()
            && bounds.nowNanos().getAsLong() - openedNanos >= bounds.age().toNanos();
    boolean last = old || (++requests >= bounds.requests() && bounds.requests() > 0);
    if (last && !told) { // HTTP/2 may have more requests that had arrived before
      told = true;
      bounds.listener().spent(old, connection.getPeerAddress());
    }
    return last;
  }
}
