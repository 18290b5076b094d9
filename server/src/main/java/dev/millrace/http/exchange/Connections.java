package dev.millrace.http.exchange;

import dev.millrace.loop.LoopOwner;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop, ordered by their last activity, so that the connection with the
 * longest idle time is found first. Loop thread only.
 */
public final class Connections {
  /** Bound on the connections that one search for an idle one inspects. */
  private static final int MAX_LOOKED_AT = 64;

  private final LoopOwner owner = new LoopOwner();
  private final LongSupplier nowNanos;
  private final long idleNanos;
  private @Nullable Member first;
  private @Nullable Member last;

  /** A connection of the list. */
  public interface Member {
    /** The list node of this connection; always the same object. */
    Place place();

    /**
     * Whether no request is running, no part of a request is received, and no response is being
     * sent.
     */
    boolean isIdle();

    /** Whether the last response is complete; further input is discarded. */
    boolean isEnding();

    /**
     * Processes the bytes that are received already, then ends the connection if it is still idle.
     * The server sends its end of stream and discards later input, so that the client sees no
     * reset.
     */
    void endIfIdle();

    /** The server stops: the connection accepts no more requests than it has. */
    default void acceptNoMore() {}

    /** Closes the connection at once, so that its descriptor is free soon. */
    void hangUp();

    /** The client's address. */
    @Nullable SocketAddress peer();
  }

  /** A node of the list. */
  public static final class Place {
    private @Nullable Member before;
    private @Nullable Member after;
    private long activeNanos;
    private boolean in;

    public Place() {}
  }

  /**
   * @param nowNanos a clock like {@link System#nanoTime}
   * @param idle maximum idle time of a connection
   */
  public Connections(LongSupplier nowNanos, Duration idle) {
    this.nowNanos = nowNanos;
    this.idleNanos = idle.toNanos();
  }

  /** Adds a connection as the most recently active one. */
  public void add(Member member) {
    assert owner.isCurrent();
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

  /** Removes a connection; no effect if the list does not contain it. */
  public void remove(Member member) {
    assert owner.isCurrent();
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

  /**
   * Marks a connection as the most recently active one; no effect if the list does not contain it.
   */
  public void touch(Member member) {
    assert owner.isCurrent();
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
   * Closes the connection with the longest idle time at once.
   *
   * @return false if the search found no idle connection
   */
  public boolean endOldestIdle() {
    return endOldestIdle(_ -> true);
  }

  /**
   * Closes the connection with the longest idle time, of the clients that match.
   *
   * @return false if the search found no idle connection
   */
  public boolean endOldestIdle(Predicate<@Nullable SocketAddress> clients) {
    assert owner.isCurrent();
    int looked = 0;
    for (Member member = first;
        member != null && looked < MAX_LOOKED_AT;
        member = member.place().after) {
      if (member.isIdle() && clients.test(member.peer())) {
        member.hangUp();
        return true;
      }
      looked++;
    }
    return false;
  }

  /** Ends the connections whose idle time exceeds the maximum. */
  public void sweep() {
    assert owner.isCurrent();
    long now = nowNanos.getAsLong();
    for (Member member = first; member != null && isOld(member, now); member = first) {
      touch(member);
      if (member.isIdle()) {
        member.endIfIdle();
      }
    }
  }

  private boolean isOld(Member member, long now) {
    return now - member.place().activeNanos >= idleNanos;
  }

  /**
   * Ends all idle connections. The others accept no more requests.
   *
   * @return the number of busy connections
   */
  public int endIdle() {
    assert owner.isCurrent();
    int busy = 0;
    Member next;
    for (Member member = first; member != null; member = next) {
      next = member.place().after;
      if (member.isIdle()) {
        member.endIfIdle();
      } else {
        member.acceptNoMore();
      }
      busy += member.place().in && !member.isEnding() ? 1 : 0;
    }
    return busy;
  }
}
