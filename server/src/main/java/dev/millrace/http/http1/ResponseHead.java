package dev.millrace.http.http1;

import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the response heads of one loop (RFC 9112 §4). The loop thread writes into shared memory;
 * other threads into memory of their own.
 */
final class ResponseHead {
  private static final int SCRATCH_BYTES = 4 << 10;
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_STATUS = 599;
  private static final byte[][] OK_LINES = new byte[MAX_STATUS + 1][];

  static {
    for (int status = 100; status <= MAX_STATUS; status++) {
      OK_LINES[status] = statusLine(Protocols.HTTP_1_1, status, StatusCodes.getReason(status));
    }
  }

  private final byte[] scratch = new byte[SCRATCH_BYTES];

  ResponseHead() {}

  private static byte[] statusLine(HttpString protocol, int status, String reason) {
    return clean(protocol + " " + status + " " + reason)
        .concat("\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Replaces CR and LF, with which a value could inject another field. */
  private static String clean(String value) {
    return value.indexOf('\r') < 0 && value.indexOf('\n') < 0
        ? value
        : value.replace('\r', ' ').replace('\n', ' ');
  }

  /**
   * Writes the head of an exchange's response.
   *
   * @param shared whether to use the shared memory, valid until the next call; loop thread only
   * @throws IOException if the head exceeds 1 MiB
   */
  ByteBuffer write(HttpServerExchange exchange, boolean shared) throws IOException {
    Connectors.flattenCookies(exchange);
    Writing to = new Writing(shared ? scratch : new byte[SCRATCH_BYTES]);
    to.bytes(line(exchange));
    HeaderMap fields = exchange.getResponseHeaders();
    for (long at = fields.fastIterateNonEmpty(); at != -1; at = fields.fiNextNonEmpty(at)) {
      HeaderValues values = fields.fiCurrent(at);
      for (int i = 0; i < values.size(); i++) {
        to.field(values.getHeaderName(), clean(values.get(i)));
      }
    }
    to.end();
    return ByteBuffer.wrap(to.bytes, 0, to.length);
  }

  private static byte[] line(HttpServerExchange exchange) {
    int status = exchange.getStatusCode();
    String reason = exchange.getReasonPhrase();
    HttpString protocol = exchange.getProtocol();
    return reason == null && status <= MAX_STATUS && protocol.equals(Protocols.HTTP_1_1)
        ? OK_LINES[status]
        : statusLine(protocol, status, reason(status, reason));
  }

  private static String reason(int status, @Nullable String reason) {
    return reason == null ? StatusCodes.getReason(status) : reason;
  }

  /** A growing byte array. */
  private static final class Writing {
    private byte[] bytes;
    private int length;

    Writing(byte[] bytes) {
      this.bytes = bytes;
    }

    private void makeRoom(int more) throws IOException {
      if (bytes.length - length < more) {
        if (length + more > MAX_BYTES) {
          throw new IOException("response head exceeds " + MAX_BYTES + " bytes");
        }
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
      }
    }

    void bytes(byte[] some) throws IOException {
      makeRoom(some.length);
      System.arraycopy(some, 0, bytes, length, some.length);
      length += some.length;
    }

    @SuppressWarnings("deprecation") // writes the low octet of each character
    void field(HttpString name, String value) throws IOException {
      makeRoom(name.length() + value.length() + 4);
      name.copyTo(bytes, length);
      length += name.length();
      bytes[length++] = ':';
      bytes[length++] = ' ';
      value.getBytes(0, value.length(), bytes, length);
      length += value.length();
      bytes[length++] = '\r';
      bytes[length++] = '\n';
    }

    void end() throws IOException {
      makeRoom(2);
      bytes[length++] = '\r';
      bytes[length++] = '\n';
    }
  }
}
