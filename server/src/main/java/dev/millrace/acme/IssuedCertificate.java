package dev.millrace.acme;

import java.security.KeyPair;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A certificate with its key.
 *
 * @param keyPair the key of the first certificate of the chain
 * @param chain the server's certificate, then its issuers without the trust anchor
 */
public record IssuedCertificate(KeyPair keyPair, List<X509Certificate> chain) {
  /** GeneralName's number for DNS names (RFC 5280, section 4.2.1.6). */
  private static final int DNS_NAME = 2;

  public IssuedCertificate {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a chain has at least one certificate");
    }
  }

  /** The server's certificate. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** Whether the certificate is for exactly these DNS names. */
  boolean isFor(Collection<String> names) {
    return dnsNames().equals(Set.copyOf(names));
  }

  /** The DNS names in lower case; empty if the extension is missing or malformed. */
  Set<String> dnsNames() {
    Set<String> names = new HashSet<>();
    try {
      Collection<List<?>> alternatives = leaf().getSubjectAlternativeNames();
      for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
        if (alternative.get(0) instanceof Integer type
            && type == DNS_NAME
            && alternative.get(1) instanceof String name) {
          names.add(name.toLowerCase(Locale.ROOT));
        }
      }
    } catch (CertificateParsingException malformed) {
      return Set.of(); // it is for none of the server's names
    }
    return names;
  }

  boolean isValidAt(Instant moment) {
    return !moment.isBefore(leaf().getNotBefore().toInstant()) && moment.isBefore(notAfter());
  }

  Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }

  Duration lifetime() {
    return Duration.between(leaf().getNotBefore().toInstant(), notAfter());
  }
}
