package dev.millrace.http.exchange;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop in the order in which they were active, so that the one that has been
 * idle for longest is found first. Loop thread only.
 */
public final class Connections {
  /** Busy connections that are passed over in search of an idle one. */
  private static final int MAX_LOOKED_AT = 64;

  private final LongSupplier nowNanos;
  private final long idleNanos;
  private @Nullable Member first;
  private @Nullable Member last;

  /** A connection, with its place in the order. */
  public interface Member {
    /** Its place; the same object for its life. */
    Place place();

    /** Whether no request is under way, no part of one has come, and no answer is being sent. */
    boolean isIdle();

    /** Whether its last answer is given: what still comes is dropped. */
    boolean isEnding();

    /**
     * Ends the connection if it is still idle once what has come is looked at: the client gets our
     * end of stream, and what it sends after that is dropped, so that its end is no reset.
     */
    void endIfIdle();

    /** Ends the connection at once, so that its descriptor is free soon. */
    void hangUp();
  }

  /** A place in the order. */
  public static final class Place {
    private @Nullable Member before;
    private @Nullable Member after;
    private long activeNanos;
    private boolean in;

    public Place() {}
  }

  /**
   * @param nowNanos as {@link System#nanoTime}
   * @param idle how long a connection may be idle
   */
  public Connections(LongSupplier nowNanos, Duration idle) {
    this.nowNanos = nowNanos;
    this.idleNanos = idle.toNanos();
  }

  /** Adds a connection, as the most recently active. */
  public void add(Member member) {
    Place place = member.place();
    place.activeNanos = nowNanos.getAsLong();
    place.in = true;
    place.before = last;
    place.after = null;
    if (last == null) {
      first = member;
    } else {
      last.place().after = member;
    }
    last = member;
  }

  /** Removes a connection; no effect if it is not in. */
  public void remove(Member member) {
    Place place = member.place();
    if (!place.in) {
      return;
    }
    place.in = false;
    Member before = place.before;
    Member after = place.after;
    if (before == null) {
      first = after;
    } else {
      before.place().after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.place().before = before;
    }
    place.before = null;
    place.after = null;
  }

  /** A connection was active; no effect if it is not in. */
  public void touch(Member member) {
    if (!member.place().in) {
      return;
    }
    if (member.place().after == null) { // the last
      member.place().activeNanos = nowNanos.getAsLong();
    } else {
      remove(member);
      add(member);
    }
  }

  /**
   * Ends the connection that has been idle for longest, at once.
   *
   * @return false if none was found that is idle
   */
  public boolean endOldestIdle() {
    int looked = 0;
    for (Member one = first; one != null && looked < MAX_LOOKED_AT; one = one.place().after) {
      if (one.isIdle()) {
        one.hangUp();
        return true;
      }
      looked++;
    }
    return false;
  }

  /** Ends the connections that have been idle for too long. */
  public void sweep() {
    long now = nowNanos.getAsLong();
    for (Member one = first; one != null && isOld(one, now); one = first) {
      touch(one);
      if (one.isIdle()) {
        one.endIfIdle();
      }
    }
  }

  private boolean isOld(Member one, long now) {
    return now - one.place().activeNanos >= idleNanos;
  }

  /**
   * Ends all idle connections.
   *
   * @return how many are busy
   */
  public int endIdle() {
    int busy = 0;
    Member next;
    for (Member one = first; one != null; one = next) {
      next = one.place().after;
      if (one.isIdle()) {
        one.endIfIdle();
      }
      busy += one.place().in && !one.isEnding() ? 1 : 0;
    }
    return busy;
  }
}
