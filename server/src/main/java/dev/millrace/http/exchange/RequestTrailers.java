package dev.millrace.http.exchange;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The trailer fields of a request that handlers use: the digests of its body (RFC 9530). Others are
 * checked and discarded (RFC 9110 §6.5.1). The attachment {@link HttpAttachments#REQUEST_TRAILERS}
 * has them when the body has been read. Loop thread only.
 */
public final class RequestTrailers {
  private static final Set<String> KEPT = Set.of("repr-digest", "content-digest");

  private @Nullable HeaderMap fields;

  /** Adds a field, if it is one that handlers use. */
  public void add(String name, byte[] value, int from, int to) {
    if (KEPT.contains(name.toLowerCase(Locale.ROOT))) {
      HeaderMap map = fields;
      if (map == null) {
        map = new HeaderMap();
        fields = map;
      }
      map.add(
          new HttpString(name),
          new String(value, from, to - from, StandardCharsets.US_ASCII).strip());
    }
  }

  /** Removes all fields. */
  public void clear() {
    fields = null;
  }

  /** Attaches the fields to the exchange of the request. */
  public void attachTo(HttpServerExchange exchange) {
    HeaderMap map = fields;
    if (map != null) {
      exchange.putAttachment(HttpAttachments.REQUEST_TRAILERS, map);
    }
  }
}
