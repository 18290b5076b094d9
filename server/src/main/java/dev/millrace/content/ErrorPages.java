package dev.millrace.content;

import dev.millrace.content.file.FileHandler;
import dev.millrace.files.OpenFile;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Answers for what is not a file: the mount's own page for a status, or one line of text. */
public final class ErrorPages {
  private static final HttpString CONTENT_TYPE_OPTIONS = new HttpString("X-Content-Type-Options");

  private ErrorPages() {}

  /** Answers with a status. */
  public static void send(HttpServerExchange exchange, int status) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(CONTENT_TYPE_OPTIONS, "nosniff");
    FileHandler handler = exchange.getAttachment(FileHandler.OF_EXCHANGE);
    String page = handler == null ? null : handler.policy().errorPages().get(status);
    if (handler == null || page == null) {
      sendLine(exchange, status);
      return;
    }
    handler
        .access()
        .open(
            FileHandler.relative(page),
            handler
                .failures()
                .openCallback(
                    exchange,
                    file -> sendPage(exchange, handler, file, page),
                    why -> sendLine(exchange, status)));
  }

  private static void sendPage(
      HttpServerExchange exchange, FileHandler handler, OpenFile file, String page) {
    long size = file.stat().sizeBytes();
    if (!file.stat().isRegularFile() || size == 0 || !exchange.getConnection().isOpen()) {
      file.close();
      sendLine(exchange, exchange.getStatusCode());
      return;
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, handler.policy().types().of(page));
    exchange.setResponseContentLength(size);
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      file.close();
      exchange.endExchange(); // its length is known
    } else {
      BodySource pieces =
          new FileBody(handler.access(), handler.buffers(), file, Body.whole(size), null);
      new BodyTransfer(exchange, handler.failures(), pieces).start();
    }
  }

  /** Answers with one line of text. */
  public static void sendLine(HttpServerExchange exchange, int status) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(CONTENT_TYPE_OPTIONS, "nosniff");
    byte[] body =
        (status + " " + StatusCodes.getReason(status) + "\n").getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.setResponseContentLength(body.length);
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.endExchange(); // its length is known
    } else {
      exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }
  }
}
