package dev.millrace.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Short plain-text answers for what is not a file. */
final class ErrorPages {
  private ErrorPages() {}

  /** Answers with a status and a line that says it. */
  static void send(HttpServerExchange exchange, int status) {
    byte[] body =
        (status + " " + StatusCodes.getReason(status) + "\n").getBytes(StandardCharsets.US_ASCII);
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.setResponseContentLength(body.length);
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.endExchange();
    } else {
      exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }
  }
}
