package dev.millrace.http.http2;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import java.util.List;

/** The settings of HTTP/2. */
public final class Http2Settings {
  /** Whether clients may choose HTTP/2 in the TLS handshake (ALPN). */
  public static final Key<Boolean> HTTP2 =
      Key.one("http2", "on", "on|off", "Whether HTTPS offers HTTP/2.", Parser::flag);

  /** Whether connections without TLS may begin with the preface of HTTP/2. */
  public static final Key<Boolean> H2C =
      Key.one(
          "h2c",
          "off",
          "on|off",
          "Whether HTTP listeners accept HTTP/2 without TLS, by prior knowledge.",
          Parser::flag);

  public static final List<Key<?>> KEYS = List.of(HTTP2, H2C);

  private Http2Settings() {}
}
