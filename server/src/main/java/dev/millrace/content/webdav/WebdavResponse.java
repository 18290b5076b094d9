package dev.millrace.content.webdav;

import dev.millrace.content.webdav.XmlElement.MalformedException;
import dev.millrace.content.write.WriteAccess;
import dev.millrace.content.write.WriteException;
import dev.millrace.http.exchange.RequestBodyDiscarder;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Sends responses with XML, and errors. Loop thread only. */
final class WebdavResponse {
  static final String XML = "application/xml; charset=utf-8";
  static final int MULTI_STATUS = 207; // RFC 4918 §11.1

  private WebdavResponse() {}

  static void sendXml(HttpServerExchange exchange, int status, String xml) {
    byte[] body = xml.getBytes(StandardCharsets.UTF_8);
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, XML);
    exchange.setResponseContentLength(body.length);
    exchange.getResponseSender().send(ByteBuffer.wrap(body));
  }

  /** Sends 201 or 204. */
  static void sendChanged(HttpServerExchange exchange, boolean created) {
    exchange.setStatusCode(created ? StatusCodes.CREATED : StatusCodes.NO_CONTENT);
    if (created) {
      exchange.setResponseContentLength(0);
    }
    exchange.endExchange();
  }

  /** Sends the response to a request that has failed, whatever the failure is. */
  static void sendFailure(HttpServerExchange exchange, WriteAccess access, Throwable failure) {
    if (exchange.isComplete()) {
      return;
    }
    switch (failure) {
      case MalformedException malformed ->
          access.failed(
              exchange,
              new WriteException(StatusCodes.BAD_REQUEST, String.valueOf(malformed.getMessage())));
      case WriteException refused when refused.condition() != null -> {
        access.count(refused);
        sendCondition(exchange, refused);
      }
      default -> access.failed(exchange, failure);
    }
  }

  /** Sends an error with the condition that does not hold (RFC 4918 §14.5 and §16). */
  static void sendCondition(HttpServerExchange exchange, WriteException refused) {
    RequestBodyDiscarder.leaveUnread(exchange);
    StringBuilder xml =
        new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:error xmlns:D=\"DAV:\">");
    xml.append("<D:").append(refused.condition()).append('>');
    if (!refused.reference().isEmpty()) {
      xml.append("<D:href>");
      XmlElement.escape(xml, refused.reference());
      xml.append("</D:href>");
    }
    xml.append("</D:").append(refused.condition()).append("></D:error>\n");
    sendXml(exchange, refused.status(), xml.toString());
  }
}
