package dev.millrace.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.jspecify.annotations.Nullable;

/**
 * Loads a certificate with its key from PEM files or from a PKCS#12 file, and checks that a server
 * can use it. Any thread; blocks on a disk.
 */
public final class CertificateFiles {
  /**
   * The files of one certificate.
   *
   * @param cert the chain as PEM, the server's certificate first; or PKCS#12, which has the key
   * @param key the private key as PEM; null if {@code cert} has it
   * @param passwordFile its first line is the password of the key; null if the key is not encrypted
   */
  public record Location(Path cert, @Nullable Path key, @Nullable Path passwordFile) {}

  /** The magic number of JKS files. */
  private static final byte[] JAVA_KEY_STORE = {(byte) 0xfe, (byte) 0xed, (byte) 0xfe, (byte) 0xed};

  private CertificateFiles() {}

  /**
   * Loads a certificate; see {@link Location} for the files.
   *
   * @throws BadCertificateException if a file cannot be used
   */
  public static ServerCertificate load(Path cert, @Nullable Path key, @Nullable Path passwordFile)
      throws BadCertificateException {
    return load(new Location(cert, key, passwordFile), InstantSource.system());
  }

  static ServerCertificate load(Location location, InstantSource clock)
      throws BadCertificateException {
    Path file = location.cert();
    Path keyFile = Objects.requireNonNullElse(location.key(), file);
    ServerCertificate loaded;
    try (SecretBytes bytes = SecretBytes.read(file)) {
      loaded =
          Pkcs12File.isPkcs12(bytes.array())
              ? loadPkcs12(bytes.array(), location)
              : loadPem(bytes.array(), location);
    }
    CertificateChecks.order(file, loaded.chain());
    CertificateChecks.validity(file, loaded.leaf(), clock.instant());
    CertificateChecks.size(file, loaded.leaf());
    CertificateChecks.key(file, loaded.leaf(), keyFile, loaded.key());
    return loaded;
  }

  private static ServerCertificate loadPkcs12(byte[] bytes, Location location)
      throws BadCertificateException {
    Path file = location.cert();
    if (location.key() != null) {
      throw new BadCertificateException(
          file, "a PKCS#12 file has its key in it; remove tls-key " + location.key());
    }
    Pkcs12File.Content content = Pkcs12File.load(bytes, file, location.passwordFile());
    try {
      var _ = keyAlgorithm(file, content.chain().getFirst().getEncoded());
    } catch (IOException | CertificateException malformed) {
      throw malformed(file, 1, malformed);
    }
    return new ServerCertificate(file.toString(), content.key(), content.chain());
  }

  private static ServerCertificate loadPem(byte[] bytes, Location location)
      throws BadCertificateException {
    Path file = location.cert();
    refuseBinary(bytes, file, "x509");
    try (PemFile pem = PemFile.parse(bytes, file)) {
      List<byte[]> encoded = new ArrayList<>();
      for (PemFile.Block block : pem.blocks()) {
        if (block.label().equals("CERTIFICATE")) {
          encoded.add(block.der().array());
        }
      }
      if (encoded.isEmpty()) {
        throw new BadCertificateException(
            file,
            "the file has no certificate; it must have the chain as PEM (-----BEGIN"
                + " CERTIFICATE-----), or be PKCS#12");
      }
      AlgorithmIdentifier algorithm;
      try {
        algorithm = keyAlgorithm(file, encoded.getFirst());
      } catch (IOException malformed) {
        throw malformed(file, 1, malformed);
      }
      List<X509Certificate> chain = chain(file, encoded);
      PrivateKey key = key(pem, location, algorithm);
      return new ServerCertificate(file.toString(), key, chain);
    }
  }

  /**
   * Refuses formats that neither PEM nor PKCS#12 are.
   *
   * @param command the command of openssl that converts DER
   */
  private static void refuseBinary(byte[] bytes, Path file, String command)
      throws BadCertificateException {
    if (Der.isOneSequence(bytes)) {
      throw new BadCertificateException(
          file,
          "the file is DER; convert it to PEM with openssl "
              + command
              + " -inform der -in "
              + file
              + " -out NEW");
    }
    if (Arrays.mismatch(bytes, JAVA_KEY_STORE) == JAVA_KEY_STORE.length) {
      throw new BadCertificateException(
          file,
          "the file is a Java key store; convert it to PKCS#12 with keytool -importkeystore"
              + " -deststoretype pkcs12 -srckeystore "
              + file
              + " -destkeystore NEW");
    }
  }

  /** The algorithm of a certificate's key; refuses algorithms that the server does not accept. */
  private static AlgorithmIdentifier keyAlgorithm(Path file, byte[] encoded)
      throws IOException, BadCertificateException {
    AlgorithmIdentifier algorithm =
        new X509CertificateHolder(encoded).getSubjectPublicKeyInfo().getAlgorithm();
    var _ = KeyAlgorithms.check(file, algorithm);
    return algorithm;
  }

  private static List<X509Certificate> chain(Path file, List<byte[]> encoded)
      throws BadCertificateException {
    List<X509Certificate> chain = new ArrayList<>();
    for (byte[] der : encoded) {
      try {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
      } catch (CertificateException malformed) {
        throw malformed(file, chain.size() + 1, malformed);
      }
    }
    return chain;
  }

  private static BadCertificateException malformed(Path file, int number, Exception cause) {
    return new BadCertificateException(
        file, "certificate " + number + " is malformed; copy the file again", cause);
  }

  private static PrivateKey key(PemFile pem, Location location, AlgorithmIdentifier certified)
      throws BadCertificateException {
    Path keyFile = location.key();
    if (keyFile == null) {
      return PrivateKeys.decode(
          pem,
          location.cert(),
          "the file has no private key; set tls-key to the file that has it",
          location.passwordFile(),
          certified);
    }
    try (SecretBytes bytes = SecretBytes.read(keyFile)) {
      if (Pkcs12File.isPkcs12(bytes.array())) {
        throw new BadCertificateException(
            keyFile,
            "a PKCS#12 file has a key and its certificate; set tls-cert to it, not tls-key");
      }
      refuseBinary(bytes.array(), keyFile, "pkey");
      try (PemFile keyPem = PemFile.parse(bytes.array(), keyFile)) {
        return PrivateKeys.decode(
            keyPem,
            keyFile,
            "the file has no private key; it must have one as PEM (-----BEGIN PRIVATE KEY-----)",
            location.passwordFile(),
            certified);
      }
    }
  }
}
