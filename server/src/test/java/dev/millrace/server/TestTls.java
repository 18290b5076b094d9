package dev.millrace.server;

import dev.millrace.certificate.SelfSigned;
import dev.millrace.certificate.ServerCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The certificate of the servers of tests, and clients that trust it. */
public final class TestTls {
  /** The address of a server that expects TLS. */
  static final class Address extends InetSocketAddress {
    private static final long serialVersionUID = 1;

    Address(InetSocketAddress address) {
      super(address.getAddress(), address.getPort());
    }
  }

  private static final ServerCertificate CERTIFICATE =
      SelfSigned.create(List.of("localhost", "127.0.0.1", "::1"), Duration.ofDays(30));

  private static final Path CERT = write("CERTIFICATE", "cert", encodedCertificate());
  private static final Path KEY = write("PRIVATE KEY", "key", CERTIFICATE.key().getEncoded());
  private static final Path WGETRC = write("wgetrc", "ca_certificate = " + CERT + "\n");
  private static final SSLContext CLIENTS = clients();

  private TestTls() {}

  /** The PEM file with the certificate; programs may trust it. */
  public static Path certificate() {
    return CERT;
  }

  public static Path key() {
    return KEY;
  }

  /** The PKCS#12 file with the certificate and without a password, for programs in Java. */
  public static Path trustStore() {
    try {
      Path file = Files.createTempFile("millrace-test-trust", ".p12");
      file.toFile().deleteOnExit();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("server", CERTIFICATE.leaf());
      try (OutputStream out = Files.newOutputStream(file)) {
        store.store(out, null);
      }
      return file;
    } catch (GeneralSecurityException | IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** A context of clients that trust the certificate. */
  public static SSLContext context() {
    return CLIENTS;
  }

  /** The environment in which curl, wget, git and the programs of OpenSSL trust the certificate. */
  static Map<String, String> environment() {
    return Map.of(
        "SSL_CERT_FILE", CERT.toString(),
        "CURL_CA_BUNDLE", CERT.toString(),
        "WGETRC", WGETRC.toString(),
        "GIT_SSL_CAINFO", CERT.toString());
  }

  /**
   * Adds TLS to a connected socket; returns after the handshake.
   *
   * @param protocols the application protocols that the client offers
   */
  static SSLSocket over(Socket socket, InetSocketAddress address, String... protocols)
      throws IOException {
    SSLSocket tls =
        (SSLSocket)
            CLIENTS
                .getSocketFactory()
                .createSocket(
                    socket, address.getAddress().getHostAddress(), address.getPort(), true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    return tls;
  }

  private static byte[] encodedCertificate() {
    try {
      return CERTIFICATE.leaf().getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Path write(String label, String name, byte[] der) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return write(
        name, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
  }

  private static Path write(String name, String content) {
    try {
      Path file = Files.createTempFile("millrace-test-" + name, "");
      file.toFile().deleteOnExit();
      return Files.writeString(file, content);
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static SSLContext clients() {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("server", CERTIFICATE.leaf());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
