package dev.millrace.content.write;

import dev.millrace.http.exchange.RequestBodyDiscarder;
import dev.millrace.text.JsonText;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Sends errors as {@code application/problem+json} (RFC 9457). Loop thread only. */
public final class ProblemResponse {
  private ProblemResponse() {}

  /** Sends the response; leaves the rest of the request's body unread. */
  public static void send(HttpServerExchange exchange, WriteException problem) {
    RequestBodyDiscarder.leaveUnread(exchange);
    int status = problem.status();
    exchange.setStatusCode(status);
    if (status == StatusCodes.SERVICE_UNAVAILABLE) {
      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
    }
    problem.fields().forEach((name, value) -> exchange.getResponseHeaders().put(name, value));
    StringBuilder json = new StringBuilder(160).append("{\"status\":").append(status);
    JsonText.member(json, "title", title(status));
    JsonText.member(json, "detail", problem.detail());
    problem.members().forEach((name, value) -> JsonText.member(json, name, value));
    byte[] body = json.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/problem+json");
    exchange.setResponseContentLength(body.length);
    exchange.getResponseSender().send(ByteBuffer.wrap(body));
  }

  private static String title(int status) {
    return switch (status) {
      case WriteException.CHECKSUM_MISMATCH -> "Checksum Mismatch";
      case WriteException.LOCKED -> "Locked";
      case WriteException.INSUFFICIENT_STORAGE -> "Insufficient Storage";
      default -> StatusCodes.getReason(status);
    };
  }
}
