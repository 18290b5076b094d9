package dev.millrace.transport.tls;

import dev.millrace.loop.Histogram;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The statistics of one loop's handshakes. Only the loop thread writes; any thread may read. */
public final class HandshakeStats {
  /** Why a handshake failed. */
  public enum Failure {
    /** The client did not complete it in time. */
    TIMEOUT,
    /** The client closed the connection. */
    CLOSED,
    /** The queue of the pool for handshakes was full, or room was needed for other connections. */
    OVERLOAD,
    /** The client sent an HTTP request in plain text. */
    PLAIN_HTTP,
    /** The first bytes are not TLS. */
    NOT_TLS,
    /** No protocol version, cipher suite, group or application protocol in common. */
    NOTHING_IN_COMMON,
    /** The client sent an alert, mostly because it does not trust the certificate. */
    CLIENT_ALERT,
    /** The client's certificate is missing or not trusted. */
    CLIENT_CERTIFICATE,
    /** Any other violation of the protocol. */
    PROTOCOL,
    /** A defect of the server. */
    INTERNAL;

    /** The value of the label in metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The handshakes with one protocol version, resumed or not. */
  public record Series(String version, boolean resumed, Histogram seconds) {}

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int STARTED = Failure.values().length;
  private static final int ACTIVE = STARTED + 1;

  private final long[] cells = new long[ACTIVE + 1];
  private final List<Series> series =
      Stream.of("TLSv1.2", "TLSv1.3")
          .flatMap(version -> Stream.of(series(version, false), series(version, true)))
          .toList();

  public HandshakeStats() {}

  private static Series series(String version, boolean resumed) {
    long[] bounds = new long[14];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = 500_000L << i; // 0.5 ms to 4 s
    }
    return new Series(version, resumed, new Histogram(bounds));
  }

  void started() {
    add(STARTED, 1);
    add(ACTIVE, 1);
  }

  void finished(String version, boolean resumed, long nanos) {
    add(ACTIVE, -1);
    for (Series each : series) {
      if (each.version().equals(version) && each.resumed() == resumed) {
        each.seconds().record(nanos);
      }
    }
  }

  void failed(Failure why) {
    add(ACTIVE, -1);
    add(why.ordinal(), 1);
  }

  private void add(int cell, long n) {
    CELL.setOpaque(cells, cell, cells[cell] + n);
  }

  /** Number of handshakes that began. */
  public long startedCount() {
    return (long) CELL.getOpaque(cells, STARTED);
  }

  /** Number of handshakes that are not complete. */
  public long active() {
    return (long) CELL.getOpaque(cells, ACTIVE);
  }

  /** Number of handshakes that failed for a reason. */
  public long failures(Failure why) {
    return (long) CELL.getOpaque(cells, why.ordinal());
  }

  /** The completed handshakes, from the accepted connection to the last message. */
  public List<Series> completed() {
    return series;
  }
}
