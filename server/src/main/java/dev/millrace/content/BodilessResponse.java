package dev.millrace.content;

import dev.millrace.http.exchange.ExchangeFailures;
import io.undertow.server.HttpServerExchange;

/** Ends exchanges whose response has no body. Loop thread only. */
public final class BodilessResponse {
  private BodilessResponse() {}

  /**
   * Responds to HEAD with the head of the GET response, which the exchange holds. For a chunked
   * response only: ending the exchange would add {@code Content-Length: 0}, which RFC 9110 §8.6
   * forbids. An exchange with a known length is simply ended.
   */
  public static void toHead(HttpServerExchange exchange, ExchangeFailures failures) {
    new BodyTransfer(exchange, failures, BodySource.NONE).start();
  }

  /** Sends a status that allows no body: 204 or 304. */
  public static void send(HttpServerExchange exchange, int status) {
    exchange.setStatusCode(status);
    exchange.endExchange();
  }
}
