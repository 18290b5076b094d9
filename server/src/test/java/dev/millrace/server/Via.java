package dev.millrace.server;

import dev.millrace.transport.TransportChoice;
import java.util.Locale;

/** How a test's clients reach the server: over which transport, and in plain text or over TLS. */
public enum Via {
  URING(TransportChoice.URING, false),
  NIO(TransportChoice.NIO, false),
  TLS_URING(TransportChoice.URING, true),
  TLS_NIO(TransportChoice.NIO, true);

  private final TransportChoice transport;
  private final boolean tls;

  Via(TransportChoice transport, boolean tls) {
    this.transport = transport;
    this.tls = tls;
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
}
