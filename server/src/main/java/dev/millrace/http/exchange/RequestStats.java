package dev.millrace.http.exchange;

import dev.millrace.loop.ExponentialHistogram;
import dev.millrace.loop.Histogram;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How long requests took and how large their bodies were, by method and class of status.
 *
 * <p>Recorded on the event thread alone, so nothing needs a lock; any thread may read. Durations
 * need Undertow's RECORD_REQUEST_START_TIME.
 */
public final class RequestStats {
  /** Boundaries of OpenTelemetry's HTTP conventions. */
  private static final long[] DURATION_BOUNDS_MILLIS = {
    5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000
  };

  /** From 256 bytes to 4 GiB, each four times the one before; no convention has any. */
  private static final int SIZE_BOUNDS = 13;

  private static final int STATUS_CLASSES = 5;

  private static final HttpString[] METHODS = {
    Methods.GET,
    Methods.HEAD,
    Methods.OPTIONS,
    Methods.POST,
    Methods.PUT,
    Methods.DELETE,
    Methods.PATCH
  };

  /** What OpenTelemetry calls every method that is not named. */
  private static final String OTHER = "_OTHER";

  /** Requests of one method that ended with one class of status. */
  public static final class Series {
    private final String method;
    private final int statusClass;
    private final Histogram durations = new Histogram(durationBounds());
    private final ExponentialHistogram finerDurations = new ExponentialHistogram(-17, 9);
    private final Histogram responseBytes = new Histogram(sizeBounds());
    private final Histogram requestBytes = new Histogram(sizeBounds());

    private Series(String method, int statusClass) {
      this.method = method;
      this.statusClass = statusClass;
    }

    /** Its name in metrics. */
    public String method() {
      return method;
    }

    /** 2 for 2xx. */
    public int statusClass() {
      return statusClass;
    }

    /** From a head's last byte until the answer's last was handed over; nanoseconds. */
    public Histogram durations() {
      return durations;
    }

    /** The same in finer buckets; seconds. */
    public ExponentialHistogram finerDurations() {
      return finerDurations;
    }

    /** Bytes of the bodies sent, 0 for none. */
    public Histogram responseBytes() {
      return responseBytes;
    }

    /** Bytes of the bodies announced by requests that announced one. */
    public Histogram requestBytes() {
      return requestBytes;
    }

    /**
     * Notes a request that has ended. Event thread.
     *
     * @param requestBytes the length that its head announced; negative if none
     */
    public void record(long durationNanos, long requestBytes, long responseBytes) {
      durations.record(durationNanos);
      finerDurations.record(durationNanos * 1e-9);
      this.responseBytes.record(responseBytes);
      if (requestBytes > 0) {
        this.requestBytes.record(requestBytes);
      }
    }
  }

  private final AtomicReferenceArray<Series> series =
      new AtomicReferenceArray<>((METHODS.length + 1) * STATUS_CLASSES);

  /** Notes a request that has ended. Event thread. */
  void ended(HttpServerExchange exchange) {
    series(exchange.getRequestMethod(), exchange.getStatusCode())
        .record(
            System.nanoTime() - exchange.getRequestStartTime(),
            exchange.getRequestContentLength(),
            exchange.getResponseBytesSent());
  }

  /**
   * Where requests of a method with a status are noted; made when first asked for. Event thread.
   */
  public Series series(HttpString method, int status) {
    int name = 0;
    while (name < METHODS.length && !METHODS[name].equals(method)) {
      name++;
    }
    int statusClass = Math.clamp(status / 100, 1, STATUS_CLASSES);
    int index = name * STATUS_CLASSES + statusClass - 1;
    Series found = series.getPlain(index);
    if (found == null) {
      found = new Series(name < METHODS.length ? METHODS[name].toString() : OTHER, statusClass);
      series.set(index, found);
    }
    return found;
  }

  /** All that have been asked for. Any thread. */
  public List<Series> all() {
    List<Series> all = new ArrayList<>();
    for (int i = 0; i < series.length(); i++) {
      Series one = series.get(i);
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }

  private static long[] durationBounds() {
    long[] bounds = new long[DURATION_BOUNDS_MILLIS.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = TimeUnit.MILLISECONDS.toNanos(DURATION_BOUNDS_MILLIS[i]);
    }
    return bounds;
  }

  private static long[] sizeBounds() {
    long[] bounds = new long[SIZE_BOUNDS];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = 256L << (2 * i);
    }
    return bounds;
  }
}
