package dev.millrace.http.exchange;

import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;

/**
 * The framing of a response's body (RFC 9110 §6.4.1, §8.6).
 *
 * @param lengthBytes the length that the head announces; {@link #UNKNOWN} if it announces none
 * @param bodiless whether no body is sent, whatever the head announces: responses to HEAD, and 1xx,
 *     204 and 304
 */
public record ResponseFraming(long lengthBytes, boolean bodiless) {
  /** The value of {@code lengthBytes} if the head announces no length. */
  public static final long UNKNOWN = -1;

  /** With 18 digits no sum of lengths overflows. */
  private static final int LENGTH_DIGITS = 18;

  private static final ResponseFraming NOTHING = new ResponseFraming(UNKNOWN, true);

  /** The framing of an exchange whose fields are final; removes fields that contradict it. */
  public static ResponseFraming of(HttpServerExchange exchange) {
    HeaderMap fields = exchange.getResponseHeaders();
    if (!Connectors.isEntityBodyAllowed(exchange)) {
      var _ = fields.remove(Headers.CONTENT_LENGTH);
      var _ = fields.remove(Headers.TRANSFER_ENCODING);
      return NOTHING;
    }
    boolean head = exchange.getRequestMethod().equals(Methods.HEAD);
    if (fields.contains(Headers.TRANSFER_ENCODING)) {
      var _ = fields.remove(Headers.CONTENT_LENGTH);
      return new ResponseFraming(UNKNOWN, head);
    }
    String length = fields.getFirst(Headers.CONTENT_LENGTH);
    if (length == null) {
      return new ResponseFraming(UNKNOWN, head);
    }
    long bytes = parse(length);
    if (bytes == UNKNOWN) {
      var _ = fields.remove(Headers.CONTENT_LENGTH);
    }
    return new ResponseFraming(bytes, head);
  }

  private static long parse(String digits) {
    int length = digits.length();
    if (length == 0 || length > LENGTH_DIGITS) {
      return UNKNOWN;
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return UNKNOWN;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
