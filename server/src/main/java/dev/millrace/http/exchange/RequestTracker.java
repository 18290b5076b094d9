package dev.millrace.http.exchange;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts active requests, and passes them to a handler that can be replaced while requests are
 * active. During a drain, each response closes its connection.
 */
public final class RequestTracker implements HttpHandler {
  private final AtomicInteger active = new AtomicInteger();
  private final @Nullable RequestStats stats;
  private Generation current;
  private volatile boolean draining;

  /** A handler and its active requests. Loop thread only. */
  private final class Generation implements ExchangeCompletionListener {
    final HttpHandler next;
    private int requests;
    private @Nullable Runnable whenUnused;

    Generation(HttpHandler next) {
      this.next = next;
    }

    void begin(HttpServerExchange exchange) {
      requests++;
      exchange.addExchangeCompleteListener(this);
    }

    void retire(Runnable unused) {
      whenUnused = unused;
      runIfUnused();
    }

    private void runIfUnused() {
      Runnable unused = whenUnused;
      if (requests == 0 && unused != null) {
        whenUnused = null;
        unused.run();
      }
    }

    @Override
    public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
      try {
        if (stats != null) {
          stats.ended(exchange);
        }
        ended();
      } finally {
        nextListener.proceed();
        requests--;
        runIfUnused();
      }
    }
  }

  /**
   * @param stats records every completed request; null for no recording
   */
  public RequestTracker(HttpHandler next, @Nullable RequestStats stats) {
    this.stats = stats;
    this.current = new Generation(next);
  }

  /**
   * Replaces the handler for later requests. Loop thread.
   *
   * @param whenUnused runs when the last request of the handler before has ended
   */
  public void replace(HttpHandler next, Runnable whenUnused) {
    Generation before = current;
    current = new Generation(next);
    before.retire(whenUnused);
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    began();
    Generation generation = current;
    generation.begin(exchange);
    if (draining) {
      exchange.setPersistent(false);
    }
    generation.next.handleRequest(exchange);
  }

  /** Counts a request that starts. */
  public void began() {
    active.incrementAndGet();
  }

  /** Counts a request that has ended. */
  public void ended() {
    active.decrementAndGet();
  }

  /** Makes each later response close its connection. Any thread. */
  public void drain() {
    draining = true;
  }

  /** The number of active requests. Any thread. */
  public int active() {
    return active.get();
  }

  /** Whether {@link #drain} was called. Any thread. */
  public boolean isDraining() {
    return draining;
  }
}
