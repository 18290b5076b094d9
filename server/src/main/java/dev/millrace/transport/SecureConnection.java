package dev.millrace.transport;

import org.jspecify.annotations.Nullable;

/** A connection over TLS. */
public interface SecureConnection {
  /**
   * The subject of the client's certificate (RFC 2253), which a trusted authority has issued; null
   * if the client has none. Any thread.
   */
  @Nullable String clientSubject();

  /** The protocol that the handshake has agreed on (ALPN); null if the client offered none. */
  @Nullable String applicationProtocol();
}
