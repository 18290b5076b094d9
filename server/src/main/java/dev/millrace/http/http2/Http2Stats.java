package dev.millrace.http.http2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/** Counters of the HTTP/2 connections of one loop. The loop thread writes; any thread may read. */
public final class Http2Stats {
  /** What is counted beside floods and errors. */
  public enum Count {
    /** Connections whose preface was received. */
    CONNECTIONS,
    /** Requests: streams that a client has opened. */
    STREAMS,
    /** Requests that are malformed (RFC 9113 §8.1.1). */
    MALFORMED,
    /** Streams that the client has reset. */
    CLIENT_RESETS,
    /** Streams that the server has reset. */
    SERVER_RESETS
  }

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int FLOODS = Count.values().length;
  private static final int ERRORS = FLOODS + Flood.COUNT;

  private final long[] cells = new long[ERRORS + ErrorCode.values().length];

  public Http2Stats() {}

  void add(Count what) {
    add(what.ordinal());
  }

  /** A connection ends because of too many frames of one kind. */
  void flooded(Flood kind) {
    add(FLOODS + kind.ordinal());
  }

  /** A connection ends with GOAWAY and an error code. */
  void ended(ErrorCode code) {
    add(ERRORS + code.ordinal());
  }

  private void add(int cell) {
    CELL.setOpaque(cells, cell, cells[cell] + 1);
  }

  private long get(int cell) {
    return (long) CELL.getOpaque(cells, cell);
  }

  public long count(Count what) {
    return get(what.ordinal());
  }

  /** The labels of the kinds of floods. */
  public static List<String> floodKinds() {
    return Arrays.stream(Flood.values()).map(Flood::label).toList();
  }

  /**
   * Number of connections that have ended because of a flood.
   *
   * @param kind an index of {@link #floodKinds}
   */
  public long floods(int kind) {
    return get(FLOODS + kind);
  }

  /** The names of the error codes (RFC 9113 §7). */
  public static List<String> errorCodes() {
    return Arrays.stream(ErrorCode.values()).map(ErrorCode::name).toList();
  }

  /**
   * Number of connections that the server has ended with an error.
   *
   * @param code an index of {@link #errorCodes}
   */
  public long errors(int code) {
    return get(ERRORS + code);
  }
}
