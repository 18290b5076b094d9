package dev.millrace.http.http2;

import dev.millrace.http.hpack.HpackEncoder;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * Encodes the heads of responses as header blocks (RFC 9113 §8.3.2), without the dynamic table, so
 * that the response cache can send a block on any connection. Loop thread only.
 */
final class ResponseBlock {
  /** Fields of a connection, which HTTP/2 does not have (RFC 9113 §8.2.2). */
  private static final Set<HttpString> CONNECTION_FIELDS =
      Set.of(
          Headers.CONNECTION,
          Headers.KEEP_ALIVE,
          Headers.TRANSFER_ENCODING,
          Headers.UPGRADE,
          new HttpString("Proxy-Connection"));

  private final HpackEncoder encoder = new HpackEncoder();

  ResponseBlock() {}

  /** The block of an exchange's response; valid until the next call. */
  ByteBuffer of(HttpServerExchange exchange) {
    Connectors.flattenCookies(exchange);
    encoder.reset();
    encoder.status(exchange.getStatusCode());
    return fields(exchange.getResponseHeaders());
  }

  /** The block of trailer fields; valid until the next call. */
  ByteBuffer ofTrailers(HeaderMap trailers) {
    encoder.reset();
    return fields(trailers);
  }

  private ByteBuffer fields(HeaderMap fields) {
    for (long at = fields.fastIterateNonEmpty(); at != -1; at = fields.fiNextNonEmpty(at)) {
      HeaderValues values = fields.fiCurrent(at);
      HttpString name = values.getHeaderName();
      if (!CONNECTION_FIELDS.contains(name)) {
        for (int i = 0; i < values.size(); i++) {
          encoder.field(name.toString(), clean(values.get(i)));
        }
      }
    }
    return ByteBuffer.wrap(encoder.bytes(), 0, encoder.length());
  }

  /** The block of an interim response; valid until the next call. */
  ByteBuffer ofInterim(int status, HeaderMap fields) {
    encoder.reset();
    encoder.status(status);
    return fields(fields);
  }

  /** Replaces octets with which a value would be malformed (RFC 9113 §8.2.1). */
  private static String clean(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == 0 || c == '\r' || c == '\n') {
        return value.replace('\0', ' ').replace('\r', ' ').replace('\n', ' ').strip();
      }
    }
    return value;
  }
}
