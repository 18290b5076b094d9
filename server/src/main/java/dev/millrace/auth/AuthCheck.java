package dev.millrace.auth;

import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;

/** Decides whether a request is allowed. Loop thread only. */
public interface AuthCheck {
  /** Runs {@code proceed} on the loop thread if the request is allowed, otherwise responds. */
  void check(
      HttpServerExchange exchange,
      LoopExecutors executors,
      ExchangeFailures failures,
      Runnable proceed);
}
