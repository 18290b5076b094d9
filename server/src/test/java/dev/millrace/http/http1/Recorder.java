package dev.millrace.http.http1;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.xnio.channels.StreamSourceChannel;

/**
 * Records every request with its body, or with a hyphen if the body is incomplete, and responds.
 * Rejected requests get a response but are not recorded.
 */
final class Recorder implements HttpHandler {
  private final List<String> seen;

  Recorder(List<String> seen) {
    this.seen = seen;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    if (((Http1Connection) exchange.getConnection()).refusal() != null) {
      exchange.setStatusCode(400);
      exchange.endExchange();
      return;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (exchange.isRequestComplete()) {
      end(exchange, body.toString(StandardCharsets.ISO_8859_1));
    } else {
      StreamSourceChannel channel = exchange.getRequestChannel();
      channel.getReadSetter().set(ready -> read(exchange, ready, body));
      read(exchange, channel, body);
    }
  }

  private void read(
      HttpServerExchange exchange, StreamSourceChannel channel, ByteArrayOutputStream body) {
    ByteBuffer buffer = ByteBuffer.allocate(7);
    try {
      int n;
      while ((n = channel.read(buffer.clear())) > 0) {
        body.write(buffer.array(), 0, n);
      }
      if (n < 0) {
        channel.suspendReads();
        end(exchange, body.toString(StandardCharsets.ISO_8859_1));
      } else {
        channel.resumeReads();
      }
    } catch (IOException wrong) {
      channel.suspendReads();
      end(exchange, "-");
    }
  }

  private void end(HttpServerExchange exchange, String body) {
    String query = exchange.getQueryString();
    seen.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + (query.isEmpty() ? "" : "?" + query)
            + " "
            + body);
    exchange.getResponseSender().send("ok");
  }
}
