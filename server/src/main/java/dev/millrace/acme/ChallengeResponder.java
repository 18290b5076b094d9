package dev.millrace.acme;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Presents the responses to challenges on the server's public ports. The thread {@code
 * millrace-acme} calls it; a response must be presented before the method returns, because the
 * authority may request it at once.
 */
public interface ChallengeResponder {
  /**
   * Sets or removes the response at {@code /.well-known/acme-challenge/TOKEN}, on port 80 of each
   * name (RFC 8555, section 8.3).
   *
   * @param token characters of base64url
   * @param keyAuthorization the body of the response, or null to remove it
   */
  void http01(String token, @Nullable String keyAuthorization);

  /**
   * Sets or removes the certificate for TLS connections with this server name and the ALPN protocol
   * {@code acme-tls/1}, on port 443 (RFC 8737).
   *
   * @param name a DNS name in lower case
   * @param key null to remove
   * @param certificate self-signed, for this challenge only; null to remove
   */
  void tlsAlpn01(String name, @Nullable KeyPair key, @Nullable X509Certificate certificate);
}
