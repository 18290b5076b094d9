package dev.millrace.http;

import io.undertow.server.ConduitWrapper;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Ends exchanges whose answer has no body. Undertow alone adds {@code Content-Length: 0} to the
 * answer to HEAD where GET has chunks, which RFC 9110 §8.6 forbids; announces chunks in the answer
 * to HEAD where GET has no body; and leaves out {@code Connection: close} with 204 and 304. Event
 * thread only.
 */
final class BodilessAnswer {
  private static final ConduitWrapper<StreamSinkConduit> UNFRAMED =
      (factory, exchange) -> {
        StreamSinkConduit conduit = factory.create();
        var _ = exchange.getResponseHeaders().remove(Headers.TRANSFER_ENCODING);
        return conduit;
      };

  private BodilessAnswer() {}

  /**
   * Sends the head of the answer to GET, which the exchange has, as the answer to HEAD. One whose
   * length is known is simply ended.
   */
  static void toHead(HttpServerExchange exchange, ExchangeFailures failures) {
    new BodyTransfer(exchange, failures, Pieces.NONE).start();
  }

  /** Sends a status that allows no body: 204 or 304. */
  static void send(HttpServerExchange exchange, int status) {
    exchange.setStatusCode(status);
    if (!exchange.isPersistent()) {
      exchange.getResponseHeaders().put(Headers.CONNECTION, Headers.CLOSE.toString());
    }
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.addResponseWrapper(UNFRAMED);
    }
    exchange.endExchange();
  }
}
