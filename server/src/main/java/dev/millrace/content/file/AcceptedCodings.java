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
 * The codings that a client accepts, best first.
 *
 * @param stored of variants that are stored beside a file
 * @param made of forms that the server makes
 */
record AcceptedCodings(List<ContentCoding> stored, List<ContentCoding> made) {
  static final AcceptedCodings NONE = new AcceptedCodings(List.of(), List.of());

  /** Whether a mount offers any coding of compressible files. */
  static boolean areOffered(MountContext mount) {
    return mount.policy().compress() || !mount.policy().precompressed().isEmpty();
  }

  /** The codings that a mount offers and that the client of an exchange accepts. */
  static AcceptedCodings of(HttpServerExchange exchange, MountContext mount) {
    String field = Fields.joined(exchange.getRequestHeaders(), Headers.ACCEPT_ENCODING);
    if (field == null) {
      return NONE;
    }
    MountPolicy policy = mount.policy();
    List<ContentCoding> stored = AcceptEncoding.preferred(field, policy.precompressed());
    return new AcceptedCodings(
        stored,
        policy.compress()
            ? AcceptEncoding.preferred(field, mount.compression().codings())
            : List.of());
  }

  boolean isEmpty() {
    return stored.isEmpty() && made.isEmpty();
  }

  /** Whether a Cache-Control field forbids to transform the content (RFC 9111 §5.2.2.6). */
  static boolean mayNotTransform(@Nullable String cacheControl) {
    return cacheControl != null && cacheControl.toLowerCase(Locale.ROOT).contains("no-transform");
  }
}
