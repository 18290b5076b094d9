package dev.millrace.http.exchange;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts requests under way; while draining, has each response close its connection. */
public final class RequestTracker implements HttpHandler {
  private final HttpHandler next;
  private final AtomicInteger active = new AtomicInteger();
  private final @Nullable RequestStats stats;
  private final ExchangeCompletionListener completed = this::completed;
  private volatile boolean draining;

  /**
   * @param stats told of every request that has ended, or null for nobody
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

  /** A request is under way. */
  public void began() {
    active.incrementAndGet();
  }

  /** It has ended. */
  public void ended() {
    active.decrementAndGet();
  }

  /** From now on each response closes its connection. Any thread. */
  public void drain() {
    draining = true;
  }

  /** Requests under way. Any thread. */
  public int active() {
    return active.get();
  }

  /** Whether {@link #drain} was called. Any thread. */
  public boolean isDraining() {
    return draining;
  }
}
