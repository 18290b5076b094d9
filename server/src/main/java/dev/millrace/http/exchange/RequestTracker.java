package dev.millrace.http.exchange;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts active requests. During a drain, each response closes its connection. */
public final class RequestTracker implements HttpHandler {
  private final HttpHandler next;
  private final AtomicInteger active = new AtomicInteger();
  private final @Nullable RequestStats stats;
  private final ExchangeCompletionListener completed = this::completed;
  private volatile boolean draining;

  /**
   * @param stats records every completed request; null for no recording
   */
  public RequestTracker(HttpHandler next, @Nullable RequestStats stats) {
    this.next = next;
    this.stats = stats;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    began();
    exchange.addExchangeCompleteListener(completed);
    if (draining) {
      exchange.setPersistent(false);
    }
    next.handleRequest(exchange);
  }

  private void completed(
      HttpServerExchange exchange, ExchangeCompletionListener.NextListener nextListener) {
    try {
      if (stats != null) {
        stats.ended(exchange);
      }
      ended();
    } finally {
      nextListener.proceed();
    }
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
