package dev.millrace.certificate;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** The rules for a decoded certificate, its chain and its key. */
final class CertificateChecks {
  private static final int MIN_RSA_BITS = 2048;

  private CertificateChecks() {}

  /**
   * Each certificate must be followed by its issuer, up to an intermediate or a root.
   *
   * @param file for messages
   */
  static void order(Path file, List<X509Certificate> chain) throws BadCertificateException {
    for (int i = 0; i + 1 < chain.size(); i++) {
      X509Certificate certificate = chain.get(i);
      X509Certificate issuer = chain.get(i + 1);
      if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
        throw new BadCertificateException(
            file,
            "the chain is out of order: certificate "
                + (i + 1)
                + " is issued by "
                + quoted(certificate.getIssuerX500Principal().toString())
                + ", but the next one is "
                + subject(issuer)
                + "; the file has "
                + chain.stream().map(CertificateChecks::subject).collect(Collectors.joining(", "))
                + "; put the server's certificate first, then the issuer of each");
      }
      try {
        certificate.verify(issuer.getPublicKey());
      } catch (GeneralSecurityException wrong) {
        throw new BadCertificateException(
            file,
            "certificate "
                + (i + 1)
                + ", "
                + subject(certificate)
                + ", is not signed by the key of the next one, "
                + subject(issuer)
                + "; get the chain again from the authority that issued it",
            wrong);
      }
    }
  }

  /** The server's own certificate must be valid now. Clients check its issuers by other paths. */
  static void validity(Path file, X509Certificate leaf, Instant now)
      throws BadCertificateException {
    Instant from = leaf.getNotBefore().toInstant();
    Instant until = leaf.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      throw new BadCertificateException(file, "the certificate expired at " + until + "; renew it");
    }
    if (now.isBefore(from)) {
      throw new BadCertificateException(
          file,
          "the certificate is not valid before "
              + from
              + "; check the clock, or use the former certificate until then");
    }
  }

  /** Browsers and the JDK refuse shorter RSA keys. */
  static void size(Path file, X509Certificate leaf) throws BadCertificateException {
    if (leaf.getPublicKey() instanceof RSAPublicKey key
        && key.getModulus().bitLength() < MIN_RSA_BITS) {
      throw new BadCertificateException(
          file,
          "the RSA key has "
              + key.getModulus().bitLength()
              + " bits; get a certificate for a key of at least "
              + MIN_RSA_BITS
              + " bits");
    }
  }

  /**
   * The private key must belong to the certificate: it signs a random message, which the
   * certificate's key verifies.
   *
   * @param file the file of the certificate
   * @param keyFile the file of the key
   */
  static void key(Path file, X509Certificate leaf, Path keyFile, PrivateKey key)
      throws BadCertificateException {
    String type = leaf.getPublicKey().getAlgorithm();
    if (type.equals(key.getAlgorithm()) && verifies(leaf, key)) {
      return;
    }
    throw new BadCertificateException(
        keyFile,
        "the key does not belong to the certificate "
            + subject(leaf)
            + (file.equals(keyFile) ? "" : " in " + file)
            + "; use the key for which the certificate was requested");
  }

  private static boolean verifies(X509Certificate leaf, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    byte[] message = new byte[32];
    new SecureRandom().nextBytes(message);
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(leaf.getPublicKey());
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException different) {
      return false; // as a key on another curve
    }
  }

  private static String subject(X509Certificate certificate) {
    return quoted(certificate.getSubjectX500Principal().toString());
  }

  private static String quoted(String name) {
    return "'" + name + "'";
  }
}
