package dev.millrace.http.exchange;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes the body of an error response. A mount attaches its own responder to an exchange to send
 * configured pages; without one, the body is one line of text. Loop thread only.
 */
@FunctionalInterface
public interface ErrorResponder {
  /** The key under which a mount attaches its responder. */
  AttachmentKey<ErrorResponder> OF_EXCHANGE = AttachmentKey.create(ErrorResponder.class);

  HttpString CONTENT_TYPE_OPTIONS = new HttpString("X-Content-Type-Options");

  /** Sends the body; the status is already set. */
  void respond(HttpServerExchange exchange, int status);

  /** Sends an error response through the responder of the exchange, or as one line of text. */
  static void send(HttpServerExchange exchange, int status) {
    RequestBodyDiscarder.leaveUnread(exchange);
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(CONTENT_TYPE_OPTIONS, "nosniff");
    ErrorResponder responder = exchange.getAttachment(OF_EXCHANGE);
    if (responder == null) {
      sendLine(exchange, status);
    } else {
      responder.respond(exchange, status);
    }
  }

  /** Sends an error response with one line of text. */
  static void sendLine(HttpServerExchange exchange, int status) {
    RequestBodyDiscarder.leaveUnread(exchange);
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(CONTENT_TYPE_OPTIONS, "nosniff");
    byte[] body =
        (status + " " + StatusCodes.getReason(status) + "\n").getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.setResponseContentLength(body.length);
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.endExchange(); // the length field is set
    } else {
      exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }
  }
}
