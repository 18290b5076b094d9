package dev.millrace.certificate;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * A certificate with its chain and its private key. Immutable.
 *
 * @param source for messages and metrics: the path of the file, {@code self-signed} or {@code
 *     acme:NAME}
 * @param key the private key, decoded, so that a handshake does not decode it
 * @param chain the server's certificate, then each certificate's issuer; not empty
 */
public record ServerCertificate(String source, PrivateKey key, List<X509Certificate> chain) {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  public ServerCertificate {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException(source + ": the chain is empty");
    }
  }

  /** The server's own certificate. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /**
   * The DNS names, in lower case, and the IP addresses of subjectAltName; the common name if the
   * certificate has no subjectAltName.
   */
  public List<String> names() {
    Collection<List<?>> alternatives;
    try {
      alternatives = leaf().getSubjectAlternativeNames();
    } catch (CertificateParsingException malformed) {
      return List.of(); // JSSE serves it still, as the default
    }
    List<String> names = new ArrayList<>();
    if (alternatives == null) {
      X500Name subject = X500Name.getInstance(leaf().getSubjectX500Principal().getEncoded());
      for (RDN part : subject.getRDNs(BCStyle.CN)) {
        names.add(lower(IETFUtils.valueToString(part.getFirst().getValue())));
      }
      return names;
    }
    for (List<?> alternative : alternatives) {
      int type = (Integer) alternative.get(0);
      if (type == DNS_NAME || type == IP_ADDRESS) {
        names.add(lower((String) alternative.get(1)));
      }
    }
    return names;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** The end of the validity of the server's own certificate. */
  public Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }

  /** The type of the key as JSSE names it: {@code EC}, {@code EdDSA} or {@code RSA}. */
  public String keyType() {
    return key.getAlgorithm();
  }

  /** SHA-256 of the server's own certificate, as pairs of hexadecimal digits with colons. */
  public String fingerprint() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(leaf().getEncoded());
      return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
    } catch (NoSuchAlgorithmException | CertificateEncodingException impossible) {
      // Every Java has SHA-256, and the certificate was decoded from its encoding.
      throw new IllegalStateException(impossible);
    }
  }

  /** The source and the names; nothing of the key. */
  @Override
  public String toString() {
    return source + " " + names();
  }
}
