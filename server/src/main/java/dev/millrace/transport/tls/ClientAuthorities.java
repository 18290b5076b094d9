package dev.millrace.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Loads the authorities that issue the certificates of clients. */
public final class ClientAuthorities {
  private ClientAuthorities() {}

  /**
   * The trust manager that accepts certificates of the authorities in a PEM file.
   *
   * @throws IOException naming the file, if it cannot be read or has no certificates
   */
  public static X509TrustManager load(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw new IOException(file + " cannot be read", unreadable);
    }
    try {
      Collection<? extends Certificate> authorities =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
      if (authorities.isEmpty()) {
        throw new IOException(file + " contains no certificate");
      }
      return trusting(authorities);
    } catch (CertificateException malformed) {
      throw new IOException(file + " is not a PEM file with certificates", malformed);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("the Java runtime has no PKIX", missing);
    }
  }

  private static X509TrustManager trusting(Collection<? extends Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (Certificate authority : authorities) {
      store.setCertificateEntry("authority-" + number++, authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager found) {
        return found;
      }
    }
    throw new IllegalStateException("the Java runtime has no trust manager for X.509");
  }
}
