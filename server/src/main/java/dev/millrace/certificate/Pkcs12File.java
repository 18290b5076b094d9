package dev.millrace.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Loads the only key of a PKCS#12 file (RFC 7292) with its certificates, through the JDK. */
final class Pkcs12File {
  private static final char[] NO_PASSWORD = {};

  /** The key and its chain, not yet checked. */
  record Content(PrivateKey key, List<X509Certificate> chain) {}

  private Pkcs12File() {}

  /** Whether bytes begin as PKCS#12 does: a SEQUENCE of any length whose first element is 3. */
  static boolean isPkcs12(byte[] bytes) {
    if (bytes.length < 2 || bytes[0] != Der.SEQUENCE) {
      return false;
    }
    int lengthByte = bytes[1] & 0xff;
    // 0x80 is BER's indefinite length, which some programs write.
    int content = lengthByte <= 0x80 ? 2 : 2 + (lengthByte & 0x7f);
    return bytes.length >= content + 3
        && bytes[content] == Der.INTEGER
        && bytes[content + 1] == 1
        && bytes[content + 2] == 3;
  }

  /**
   * Loads the key.
   *
   * @param bytes the content of the file, which the caller overwrites
   */
  static Content load(byte[] bytes, Path file, @Nullable Path passwordFile)
      throws BadCertificateException {
    try (Password password = Password.read(passwordFile)) {
      char[] chars = password == null ? NO_PASSWORD : password.chars();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(bytes), chars);
      String alias = onlyKey(store, file);
      Key key = store.getKey(alias, chars);
      List<X509Certificate> chain = new ArrayList<>();
      Certificate[] stored = store.getCertificateChain(alias);
      for (Certificate certificate : stored == null ? new Certificate[0] : stored) {
        chain.add((X509Certificate) certificate);
      }
      if (chain.isEmpty() || !(key instanceof PrivateKey privateKey)) {
        throw new BadCertificateException(
            file, "the file has no certificate for its key; export both into it");
      }
      return new Content(privateKey, chain);
    } catch (UnrecoverableKeyException wrong) {
      throw wrongPassword(file, passwordFile);
    } catch (IOException failed) {
      if (failed.getCause() instanceof UnrecoverableKeyException) {
        throw wrongPassword(file, passwordFile);
      }
      throw malformed(file, failed);
    } catch (GeneralSecurityException failed) {
      throw malformed(file, failed);
    }
  }

  private static String onlyKey(KeyStore store, Path file)
      throws GeneralSecurityException, BadCertificateException {
    List<String> keys = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        keys.add(alias);
      }
    }
    if (keys.isEmpty()) {
      throw new BadCertificateException(
          file, "the PKCS#12 file has no private key; export the certificate with its key");
    }
    if (keys.size() > 1) {
      throw new BadCertificateException(
          file,
          "the PKCS#12 file has "
              + keys.size()
              + " private keys ("
              + String.join(", ", keys)
              + "); export each into a file of its own");
    }
    return keys.getFirst();
  }

  private static BadCertificateException wrongPassword(Path file, @Nullable Path passwordFile) {
    return new BadCertificateException(
        file,
        passwordFile == null
            ? "the PKCS#12 file is encrypted; write its password into a file and set"
                + " tls-password-file to it"
            : "the PKCS#12 file cannot be decrypted; correct the password in " + passwordFile);
  }

  private static BadCertificateException malformed(Path file, Exception failed) {
    return new BadCertificateException(
        file,
        "the PKCS#12 file is malformed or uses an unsupported algorithm ("
            + failed.getMessage()
            + "); export it again, with a key on P-256, P-384 or P-521, RSA or Ed25519",
        failed);
  }
}
