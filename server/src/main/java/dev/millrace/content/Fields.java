package dev.millrace.content;

import dev.millrace.http.semantics.HttpDate;
import dev.millrace.http.semantics.RequestFields;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import org.jspecify.annotations.Nullable;

/** Fields of Undertow's requests as values, and fields of its answers from values. */
public final class Fields {
  private Fields() {}

  /** All lines of a field joined by commas (RFC 9110 §5.3), or null if there is none. */
  public static @Nullable String joined(HeaderMap headers, HttpString name) {
    HeaderValues values = headers.get(name);
    return values == null
        ? null
        : values.size() == 1 ? values.getFirst() : String.join(", ", values);
  }

  /**
   * Puts Last-Modified into an answer, but for a file whose time has no date. It is never later
   * than Date (RFC 9110 §8.8.2.1), which is put when the head is written.
   */
  public static void lastModified(HeaderMap response, long epochSeconds) {
    lastModified(response, epochSeconds, HttpDate.ofFile(epochSeconds));
  }

  /**
   * The same.
   *
   * @param date that of the file's time, or null
   */
  public static void lastModified(HeaderMap response, long epochSeconds, @Nullable String date) {
    if (date != null) {
      long now = System.currentTimeMillis() / 1000;
      response.put(Headers.LAST_MODIFIED, epochSeconds <= now ? date : HttpDate.format(now));
    }
  }

  /** The fields that decide what of a representation is sent. */
  public static RequestFields of(HttpServerExchange exchange) {
    HeaderMap headers = exchange.getRequestHeaders();
    return new RequestFields(
        exchange.getRequestMethod().equals(Methods.GET),
        joined(headers, Headers.IF_MATCH),
        joined(headers, Headers.IF_NONE_MATCH),
        joined(headers, Headers.IF_MODIFIED_SINCE),
        joined(headers, Headers.IF_UNMODIFIED_SINCE),
        joined(headers, Headers.IF_RANGE),
        joined(headers, Headers.RANGE));
  }
}
