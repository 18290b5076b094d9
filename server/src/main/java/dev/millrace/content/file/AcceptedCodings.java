package dev.millrace.content.file;

import dev.millrace.content.Fields;
import dev.millrace.content.MountContext;
import dev.millrace.content.MountPolicy;
import dev.millrace.http.semantics.AcceptEncoding;
import dev.millrace.http.semantics.ContentCoding;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The codings of a file that a client accepts, best first.
 *
 * @param offered whether there are any that a client could accept
 * @param stored of variants that are stored beside a file
 * @param made of forms that the server makes
 */
record AcceptedCodings(boolean offered, List<ContentCoding> stored, List<ContentCoding> made) {
  static final AcceptedCodings NONE = new AcceptedCodings(false, List.of(), List.of());

  /** Those that a mount offers for a media type and that the client of an exchange accepts. */
  static AcceptedCodings of(HttpServerExchange exchange, MountContext mount, String type) {
    MountPolicy policy = mount.policy();
    if (!policy.types().isCompressible(type)) {
      return NONE;
    }
    List<ContentCoding> stored = policy.precompressed();
    List<ContentCoding> made =
        policy.compress() && policy.types().isText(type)
            ? mount.compression().codings()
            : List.of();
    String field = Fields.joined(exchange.getRequestHeaders(), Headers.ACCEPT_ENCODING);
    return new AcceptedCodings(
        !stored.isEmpty() || !made.isEmpty(),
        AcceptEncoding.preferred(field, stored),
        AcceptEncoding.preferred(field, made));
  }

  boolean isEmpty() {
    return stored.isEmpty() && made.isEmpty();
  }

  /** Whether a Cache-Control field forbids to transform the content (RFC 9111 §5.2.2.6). */
  static boolean mayNotTransform(@Nullable String cacheControl) {
    return cacheControl != null && cacheControl.toLowerCase(Locale.ROOT).contains("no-transform");
  }
}
