package dev.millrace.server;

import dev.millrace.transport.TransportChoice;
import java.util.Locale;

/**
 * How a test's clients reach the server: over which transport, in plain text or over TLS, and
 * whether {@link RawClient} uses HTTP/2.
 */
public enum Via {
  URING(TransportChoice.URING, false, false),
  NIO(TransportChoice.NIO, false, false),
  TLS_URING(TransportChoice.URING, true, false),
  TLS_NIO(TransportChoice.NIO, true, false),
  HTTP2_URING(TransportChoice.URING, false, true),
  HTTP2_NIO(TransportChoice.NIO, false, true);

  private final TransportChoice transport;
  private final boolean tls;
  private final boolean http2;

  Via(TransportChoice transport, boolean tls, boolean http2) {
    this.transport = transport;
    this.tls = tls;
    this.http2 = http2;
  }

  static Via plain(TransportChoice transport) {
    return transport == TransportChoice.NIO ? NIO : URING;
  }

  /** The value of the setting. */
  public String setting() {
    return transport.name().toLowerCase(Locale.ROOT);
  }

  boolean isTls() {
    return tls;
  }

  /** Whether {@link RawClient} uses HTTP/2. */
  public boolean isHttp2() {
    return http2;
  }
}
