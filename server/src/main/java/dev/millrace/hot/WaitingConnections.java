package dev.millrace.hot;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connections that Undertow does not know of yet, because nothing of theirs has had to be passed to
 * it: those that have sent nothing so far, and those whose every request was answered from memory.
 * A connection of Undertow's is several KiB, and making it costs as much as many an answer.
 *
 * <p>In the order in which they were active, so that who has been idle for too long is found first.
 * Loop thread only.
 */
final class WaitingConnections {
  /** Connections with an answer on its way that are passed over in search of an idle one. */
  private static final int MOST_LOOKED_AT = 64;

  private final LongSupplier turnNanos;
  private final long idleNanos;
  private @Nullable HotConnection first;
  private @Nullable HotConnection last;

  /**
   * @param turnNanos when the loop's present turn began
   * @param idle how long one may be idle
   */
  WaitingConnections(LongSupplier turnNanos, Duration idle) {
    this.turnNanos = turnNanos;
    this.idleNanos = idle.toNanos();
  }

  /** Adds one, as the most recently active. */
  void add(HotConnection connection) {
    connection.activeNanos = turnNanos.getAsLong();
    connection.before = last;
    connection.after = null;
    if (last == null) {
      first = connection;
    } else {
      last.after = connection;
    }
    last = connection;
  }

  /** Takes out one that is in. */
  void remove(HotConnection connection) {
    if (connection.before == null) {
      first = connection.after;
    } else {
      connection.before.after = connection.after;
    }
    if (connection.after == null) {
      last = connection.before;
    } else {
      connection.after.before = connection.before;
    }
    connection.before = null;
    connection.after = null;
  }

  /** One that is in was active. */
  void touch(HotConnection connection) {
    if (connection == last) {
      connection.activeNanos = turnNanos.getAsLong();
    } else {
      remove(connection);
      add(connection);
    }
  }

  /**
   * Ends the connection that has been idle for longest, at once.
   *
   * @return false if there is none that is idle
   */
  boolean endOldest() {
    int looked = 0;
    for (HotConnection one = first; one != null && looked < MOST_LOOKED_AT; one = one.after) {
      if (!one.isAnswering()) {
        one.hangUp();
        return true;
      }
      looked++;
    }
    return false;
  }

  /** Closes those that were idle for too long. */
  void sweep() {
    long now = turnNanos.getAsLong();
    while (first != null && now - first.activeNanos >= idleNanos) {
      if (first.isAnswering()) {
        touch(first);
      } else {
        first.close();
      }
    }
  }
}
