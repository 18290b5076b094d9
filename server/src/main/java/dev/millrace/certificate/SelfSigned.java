package dev.millrace.certificate;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** Makes certificates that no authority has signed, for tests and first steps. */
public final class SelfSigned {
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);
  private static final int SERIAL_BITS = 127;

  /** The longest common name (RFC 5280, ub-common-name). */
  private static final int MAX_COMMON_NAME = 64;

  private SelfSigned() {}

  /**
   * Makes a key on P-256 and a certificate for it, valid from an hour ago, in case that the
   * client's clock is slow. The source is {@code self-signed}.
   *
   * @param names host names in ASCII, also with a wildcard, and IP literals; not empty
   * @param life how long it is valid from now on
   */
  public static ServerCertificate create(List<String> names, Duration life) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("a certificate needs a name");
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      Instant now = Instant.now();
      X500Name subject = subject(names.getFirst());
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              subject,
              new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS),
              Date.from(now.minus(CLOCK_SKEW)),
              Date.from(now.plus(life)),
              subject,
              keys.getPublic());
      extend(builder, names, keys);
      return new ServerCertificate(
          "self-signed",
          keys.getPrivate(),
          List.of(
              new JcaX509CertificateConverter()
                  .getCertificate(
                      builder.build(
                          new JcaContentSignerBuilder("SHA256withECDSA")
                              .build(keys.getPrivate())))));
    } catch (GeneralSecurityException | OperatorCreationException | IOException impossible) {
      throw new IllegalStateException(impossible); // every JDK has P-256, ECDSA and SHA-256
    }
  }

  private static X500Name subject(String name) {
    // Clients use subjectAltName; the JDK refuses an issuer without a name.
    String commonName = name.length() <= MAX_COMMON_NAME ? name : "self-signed";
    return new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
  }

  private static void extend(JcaX509v3CertificateBuilder builder, List<String> names, KeyPair keys)
      throws IOException, GeneralSecurityException {
    GeneralName[] alternatives =
        names.stream()
            .map(name ->
                IPAddress.isValid(name)
                    ? new GeneralName(GeneralName.iPAddress, name)
                    : new GeneralName(GeneralName.dNSName, name.toLowerCase(Locale.ROOT)))
            .toArray(GeneralName[]::new);
    JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
    var _ =
        builder
            .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives))
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
            .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
            .addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
            .addExtension(
                Extension.subjectKeyIdentifier,
                false,
                extensions.createSubjectKeyIdentifier(keys.getPublic()));
  }
}
