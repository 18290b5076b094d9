package dev.millrace.http;

import dev.millrace.loop.Histogram;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts requests under way and measures how long they take; while draining, tells clients to go.
 *
 * <p>Durations are recorded on the event thread alone, so the histograms need no lock. They need
 * Undertow's RECORD_REQUEST_START_TIME.
 */
public final class RequestTracker implements HttpHandler {
  /** Boundaries of OpenTelemetry's HTTP conventions. */
  private static final int[] BOUNDS_MILLIS = {
    5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000
  };

  private final HttpHandler next;
  private final AtomicInteger active = new AtomicInteger();
  private final Histogram[] durations = new Histogram[6];
  private final ExchangeCompletionListener completed = this::completed;
  private volatile boolean draining;
  private volatile @Nullable Runnable whenIdle;

  public RequestTracker(HttpHandler next) {
    this.next = next;
    long[] bounds = new long[BOUNDS_MILLIS.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = TimeUnit.MILLISECONDS.toNanos(BOUNDS_MILLIS[i]);
    }
    for (int i = 0; i < durations.length; i++) {
      durations[i] = new Histogram(bounds);
    }
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    active.incrementAndGet();
    exchange.addExchangeCompleteListener(completed);
    if (draining) {
      exchange.setPersistent(false);
    }
    next.handleRequest(exchange);
  }

  private void completed(
      HttpServerExchange exchange, ExchangeCompletionListener.NextListener nextListener) {
    try {
      int statusClass = Math.clamp(exchange.getStatusCode() / 100, 0, 5);
      durations[statusClass].record(System.nanoTime() - exchange.getRequestStartTime());
      if (active.decrementAndGet() == 0 && draining) {
        Runnable idle = whenIdle;
        if (idle != null) {
          idle.run();
        }
      }
    } finally {
      nextListener.proceed();
    }
  }

  /**
   * From now on each response closes its connection.
   *
   * @param idle run, perhaps more than once and on any thread, when no request is under way
   */
  public void drain(Runnable idle) {
    whenIdle = idle;
    draining = true;
    if (active.get() == 0) {
      idle.run();
    }
  }

  /** Requests under way. Any thread. */
  public int active() {
    return active.get();
  }

  /** Whether {@link #drain} was called. Any thread. */
  public boolean isDraining() {
    return draining;
  }

  /**
   * How long requests of a status class (2 for 2xx) took, until their last byte was handed over.
   */
  public Histogram durations(int statusClass) {
    return durations[statusClass];
  }
}
