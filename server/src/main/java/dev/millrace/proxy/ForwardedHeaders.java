package dev.millrace.proxy;

import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.http.parser.Authority;
import dev.millrace.proxy.Forwarded.Hop;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Sets a request's source address, scheme and host to those of the client that trusted proxies
 * name.
 *
 * <p>Each proxy appends its peer, so the list is read from the end while its addresses are trusted.
 * The first address that is not trusted is the client; items before it are the client's own claims.
 * Undertow's handlers use the first item, which any client can forge. The fields are removed, so
 * that no later handler trusts them.
 */
public final class ForwardedHeaders implements HttpHandler {
  private static final List<HttpString> FIELDS =
      List.of(
          Headers.FORWARDED,
          Headers.X_FORWARDED_FOR,
          Headers.X_FORWARDED_PROTO,
          Headers.X_FORWARDED_HOST);

  private final HttpHandler next;
  private final TrustedProxies trust;

  public ForwardedHeaders(HttpHandler next, TrustedProxies trust) {
    this.next = next;
    this.trust = trust;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    RequestOrigin origin = RequestOrigin.of(exchange);
    if (origin != null && !origin.namesClient()) {
      next.handleRequest(exchange); // nearly every request; the parser has checked already
      return;
    }
    HeaderMap headers = exchange.getRequestHeaders();
    if (trust.trusts(exchange.getConnection().getPeerAddress())) {
      apply(exchange, hops(headers));
    }
    for (HttpString field : FIELDS) {
      var _ = headers.remove(field);
    }
    next.handleRequest(exchange);
  }

  private static List<Hop> hops(HeaderMap headers) {
    HeaderValues forwarded = headers.get(Headers.FORWARDED);
    return forwarded != null
        ? Forwarded.parse(String.join(",", forwarded))
        : Forwarded.parse(
            list(headers, Headers.X_FORWARDED_FOR),
            list(headers, Headers.X_FORWARDED_PROTO),
            list(headers, Headers.X_FORWARDED_HOST));
  }

  private static List<String> list(HeaderMap headers, HttpString name) {
    List<String> items = new ArrayList<>();
    HeaderValues lines = headers.get(name);
    if (lines != null) {
      for (String line : lines) {
        for (String item : line.split(",", -1)) {
          items.add(item.strip());
        }
      }
    }
    return items;
  }

  private void apply(HttpServerExchange exchange, List<Hop> hops) {
    for (int i = hops.size() - 1; i >= 0; i--) {
      Hop hop = hops.get(i);
      InetSocketAddress address = Forwarded.address(hop.node());
      if (address == null) {
        return; // unknown: the previous address is the last known one
      }
      exchange.setSourceAddress(address);
      describe(exchange, hop);
      if (!trust.trusts(address)) {
        return;
      }
    }
  }

  private static void describe(HttpServerExchange exchange, Hop hop) {
    String proto = hop.proto() == null ? "" : hop.proto().toLowerCase(Locale.ROOT);
    if (proto.equals("http") || proto.equals("https")) {
      exchange.setRequestScheme(proto);
    }
    if (hop.host() != null && Authority.isValid(hop.host())) {
      exchange.getRequestHeaders().put(Headers.HOST, hop.host());
    }
  }
}
