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
 * Histograms of request durations and body sizes, by method and status class.
 *
 * <p>Only the loop thread records, so no locks are needed; any thread may read. Durations need the
 * exchange's request start time, which {@link ExchangeFactory} sets.
 */
public final class RequestStats {
  /** The boundaries of OpenTelemetry's HTTP conventions. */
  private static final long[] DURATION_BOUNDS_MILLIS = {
    5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000
  };

  /** 256 bytes to 4 GiB, each bound four times the previous one. No convention defines bounds. */
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

  /** OpenTelemetry's value for every method that is not listed. */
  private static final String OTHER = "_OTHER";

  /** The histograms of one method and one status class. */
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

    /** The method's name in metrics. */
    public String method() {
      return method;
    }

    /** 2 for 2xx. */
    public int statusClass() {
      return statusClass;
    }

    /**
     * From the last byte of the request's head until the last byte of the response is passed on; in
     * nanoseconds.
     */
    public Histogram durations() {
      return durations;
    }

    /** The same durations in seconds, in finer buckets. */
    public ExponentialHistogram finerDurations() {
      return finerDurations;
    }

    /** Sizes of response bodies, 0 for none; in bytes. */
    public Histogram responseBytes() {
      return responseBytes;
    }

    /** Content-Length of requests that have a body of announced length; in bytes. */
    public Histogram requestBytes() {
      return requestBytes;
    }

    /**
     * Records a completed request. Loop thread.
     *
     * @param requestBytes the announced length; negative if there is none
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

  /** Records a completed request. Loop thread. */
  void ended(HttpServerExchange exchange) {
    series(exchange.getRequestMethod(), exchange.getStatusCode())
        .record(
            System.nanoTime() - exchange.getRequestStartTime(),
            exchange.getRequestContentLength(),
            exchange.getResponseBytesSent());
  }

  /** The series of a method and a status, created on first use. Loop thread. */
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

  /** All series created so far. Any thread. */
  public List<Series> all() {
    List<Series> all = new ArrayList<>();
    for (int i = 0; i < series.length(); i++) {
      Series entry = series.get(i);
      if (entry != null) {
        all.add(entry);
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
