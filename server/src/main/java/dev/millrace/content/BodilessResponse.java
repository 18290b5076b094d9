package dev.millrace.content;

import dev.millrace.http.exchange.ExchangeFailures;
import io.undertow.server.HttpServerExchange;

/** Ends exchanges whose answer has no body. Loop thread only. */
public final class BodilessResponse {
  private BodilessResponse() {}

  /**
   * Sends the head of the answer to GET, which the exchange has, as the answer to HEAD. To end the
   * exchange would add {@code Content-Length: 0} where GET has chunks, which RFC 9110 §8.6 forbids;
   * one whose length is known is simply ended.
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
