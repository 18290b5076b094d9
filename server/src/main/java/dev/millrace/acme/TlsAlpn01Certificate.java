package dev.millrace.acme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The self-signed certificate that responds to a TLS-ALPN-01 challenge (RFC 8737, section 3).
 * acme4j's own accepts RSA keys only, whose generation takes a second.
 */
final class TlsAlpn01Certificate {
  /** id-pe-acmeIdentifier. */
  private static final ASN1ObjectIdentifier ACME_IDENTIFIER =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");

  private static final X500Name NOBODY = new X500Name("CN=acme.invalid");
  private static final Duration LIFE = Duration.ofDays(7);

  private TlsAlpn01Certificate() {}

  /**
   * Creates a certificate.
   *
   * @param key of an elliptic curve
   * @param name the DNS name of the challenge
   * @param digest SHA-256 of the key authorization
   */
  static X509Certificate of(KeyPair key, String name, byte[] digest) {
    Instant now = Instant.now();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              NOBODY,
              BigInteger.valueOf(now.toEpochMilli()),
              Date.from(now.minus(LIFE)), // the authority's clock may be behind
              Date.from(now.plus(LIFE)),
              NOBODY,
              key.getPublic());
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
      builder.addExtension(ACME_IDENTIFIER, true, new DEROctetString(digest));
      byte[] encoded =
          builder
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
              .getEncoded();
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded));
    } catch (IOException | GeneralSecurityException | OperatorCreationException impossible) {
      throw new IllegalStateException("the challenge's certificate cannot be made", impossible);
    }
  }
}
