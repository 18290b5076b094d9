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

/** Converts between Undertow's header fields and values. */
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
   * Sets Last-Modified, unless the time is outside of HTTP's range. It is never later than Date
   * (RFC 9110 §8.8.2.1), which is set when the head is written.
   */
  public static void lastModified(HeaderMap response, long epochSeconds) {
    lastModified(response, epochSeconds, HttpDate.ofFile(epochSeconds));
  }

  /**
   * As {@link #lastModified(HeaderMap, long)}, with the formatted date.
   *
   * @param date the formatted time, or null if it is out of range
   */
  public static void lastModified(HeaderMap response, long epochSeconds, @Nullable String date) {
    if (date != null) {
      long now = System.currentTimeMillis() / 1000;
      response.put(Headers.LAST_MODIFIED, epochSeconds <= now ? date : HttpDate.format(now));
    }
  }

  /** The request's condition and range fields. */
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
