package dev.millrace.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the private key of a PEM file: PKCS#8, encrypted PKCS#8, PKCS#1 and SEC1.
 *
 * <p>Every array with key bytes that this class makes is overwritten after use. What it cannot
 * reach stays until it is collected: the copy in PKCS8EncodedKeySpec, the buffers of the cipher
 * that decrypts, and the PrivateKey itself, which the server needs as long as it runs.
 */
final class PrivateKeys {
  private final PemFile pem;
  private final Path file;
  private final @Nullable Path passwordFile;
  private final AlgorithmIdentifier certified;

  /** Made when the first key is decrypted, because it is large. It is not registered. */
  private static final class Decryption {
    static final Provider PROVIDER = new BouncyCastleProvider();

    private Decryption() {}
  }

  private PrivateKeys(
      PemFile pem, Path file, @Nullable Path passwordFile, AlgorithmIdentifier certified) {
    this.pem = pem;
    this.file = file;
    this.passwordFile = passwordFile;
    this.certified = certified;
  }

  /**
   * The only private key of a PEM file.
   *
   * @param file for messages
   * @param missing what to say if the file has no key
   * @param certified the algorithm of the certificate's key, whose curve is used if the file does
   *     not name one
   */
  static PrivateKey decode(
      PemFile pem,
      Path file,
      String missing,
      @Nullable Path passwordFile,
      AlgorithmIdentifier certified)
      throws BadCertificateException {
    List<PemFile.Block> keys = new ArrayList<>();
    for (PemFile.Block block : pem.blocks()) {
      if (block.label().endsWith("PRIVATE KEY")) {
        keys.add(block);
      }
    }
    if (keys.isEmpty()) {
      throw new BadCertificateException(file, missing);
    }
    if (keys.size() > 1) {
      throw new BadCertificateException(
          file, "the file has " + keys.size() + " private keys; leave the certificate's key only");
    }
    return new PrivateKeys(pem, file, passwordFile, certified).decode(keys.getFirst());
  }

  private PrivateKey decode(PemFile.Block block) throws BadCertificateException {
    if (block.isLegacyEncrypted()) {
      throw new BadCertificateException(
          file,
          "the key has OpenSSL's legacy encryption (Proc-Type: 4,ENCRYPTED), which is weak; convert"
              + " it with openssl pkcs8 -topk8 -v2 aes-256-cbc -in "
              + file
              + " -out NEW");
    }
    byte[] der = block.der().array();
    try {
      return switch (block.label()) {
        case "PRIVATE KEY" -> ofPkcs8(der);
        case "ENCRYPTED PRIVATE KEY" -> ofEncrypted(der);
        case "RSA PRIVATE KEY" ->
            wrapped(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                der);
        case "EC PRIVATE KEY" ->
            wrapped(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve(der)), der);
        case "OPENSSH PRIVATE KEY" ->
            throw new BadCertificateException(
                file,
                "the key has OpenSSH's format; convert it with ssh-keygen -p -m pkcs8 -f " + file);
        default ->
            throw new BadCertificateException(
                file,
                "a "
                    + block.label()
                    + " is not supported; get a certificate for an EC, RSA or Ed25519 key");
      };
    } catch (InvalidKeySpecException | IOException | IllegalArgumentException malformed) {
      // The cause is left out: its message may quote the key.
      throw new BadCertificateException(
          file, "the " + block.label() + " is malformed; copy the file again");
    }
  }

  private PrivateKey ofPkcs8(byte[] der) throws BadCertificateException, InvalidKeySpecException {
    Der content = Der.of(der).enter(Der.SEQUENCE);
    content.skip(Der.INTEGER);
    String algorithm =
        KeyAlgorithms.check(file, AlgorithmIdentifier.getInstance(content.element(Der.SEQUENCE)));
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // the JDK has all accepted algorithms
    }
  }

  private PrivateKey wrapped(AlgorithmIdentifier algorithm, byte[] der)
      throws BadCertificateException, InvalidKeySpecException, IOException {
    var _ = KeyAlgorithms.check(file, algorithm);
    try (SecretBytes pkcs8 = Der.pkcs8(algorithm.getEncoded(), der)) {
      return ofPkcs8(pkcs8.array());
    }
  }

  /** The curve of a SEC1 key (RFC 5915 §3): in the key, in the block before it, or certified. */
  private ASN1Encodable curve(byte[] sec1) throws InvalidKeySpecException, IOException {
    Der content = Der.of(sec1).enter(Der.SEQUENCE);
    content.skip(Der.INTEGER);
    content.skip(Der.OCTET_STRING);
    if (content.isNext(Der.CONTEXT_0)) {
      return ASN1Primitive.fromByteArray(content.enter(Der.CONTEXT_0).rest());
    }
    for (PemFile.Block block : pem.blocks()) {
      if (block.label().equals("EC PARAMETERS")) {
        return ASN1Primitive.fromByteArray(block.der().array());
      }
    }
    if (certified.getParameters() instanceof ASN1ObjectIdentifier curve) {
      return curve;
    }
    throw new InvalidKeySpecException("no curve");
  }

  private PrivateKey ofEncrypted(byte[] der) throws BadCertificateException, IOException {
    EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(der);
    try (Password password = Password.read(passwordFile)) {
      if (password == null || passwordFile == null) {
        throw new BadCertificateException(
            file,
            "the key is encrypted; write its password into a file and set tls-password-file to"
                + " it");
      }
      InputStream decrypting;
      try {
        decrypting =
            new JceOpenSSLPKCS8DecryptorProviderBuilder()
                .setProvider(Decryption.PROVIDER)
                .build(password.chars())
                .get(info.getEncryptionAlgorithm())
                .getInputStream(new ByteArrayInputStream(info.getEncryptedData()));
      } catch (OperatorCreationException unknown) {
        throw new BadCertificateException(
            file,
            "the encryption of the key is not supported; convert it with openssl pkcs8 -topk8 -v2"
                + " aes-256-cbc -in "
                + file
                + " -out NEW",
            unknown);
      }
      return decrypted(decrypting, info.getEncryptedData().length, passwordFile);
    }
  }

  /** Decodes what a cipher decrypts, which with a wrong password is no padding or no PKCS#8. */
  private PrivateKey decrypted(InputStream decrypting, int maxBytes, Path password)
      throws BadCertificateException {
    byte[] buffer = new byte[maxBytes];
    try (decrypting) {
      int length = decrypting.readNBytes(buffer, 0, maxBytes);
      try (SecretBytes pkcs8 = new SecretBytes(Arrays.copyOf(buffer, length))) {
        return ofPkcs8(pkcs8.array());
      }
    } catch (IOException | InvalidKeySpecException | IllegalArgumentException wrong) {
      throw new BadCertificateException(
          file, "the key cannot be decrypted; correct the password in " + password);
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
  }
}
