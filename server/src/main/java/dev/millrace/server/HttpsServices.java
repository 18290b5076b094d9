package dev.millrace.server;

import dev.millrace.certificate.BadCertificateException;
import dev.millrace.certificate.CertificateStore;
import dev.millrace.certificate.SelfSigned;
import dev.millrace.certificate.ServerCertificate;
import dev.millrace.config.HostPort;
import dev.millrace.config.ListenAddress;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.tls.ClientAuthorities;
import dev.millrace.transport.tls.TlsServer;
import dev.millrace.transport.tls.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What HTTPS needs once a process: certificates, and after {@link #start} the context of TLS and
 * the pool for handshakes. Any thread.
 */
final class HttpsServices implements AutoCloseable {
  private static final Duration SELF_SIGNED_LIFE = Duration.ofDays(90);
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

  private final HttpsSettings settings;
  private final CertificateStore certificates;
  private final X509TrustManager clients;
  private final @Nullable ServerCertificate selfSigned;
  private final @Nullable AcmeServices acme;
  private @Nullable ThreadPool pool;
  private @Nullable TlsServer tls;

  private HttpsServices(
      HttpsSettings settings,
      CertificateStore certificates,
      X509TrustManager clients,
      @Nullable ServerCertificate selfSigned) {
    this.settings = settings;
    this.certificates = certificates;
    this.clients = clients;
    this.selfSigned = selfSigned;
    this.acme = settings.acme() == null ? null : new AcmeServices(settings.acme(), certificates);
  }

  /**
   * Loads the certificates.
   *
   * @return null if the settings have no HTTPS
   * @throws StartException if a certificate cannot be used
   */
  static @Nullable HttpsServices open(ServerSettings settings) throws StartException {
    if (!settings.https().isOn()) {
      return null;
    }
    HttpsSettings https = settings.https();
    ServerCertificate selfSigned =
        https.selfSigned()
            ? SelfSigned.create(names(settings.get(TlsSettings.LISTEN)), SELF_SIGNED_LIFE)
            : null;
    List<ServerCertificate> made = new ArrayList<>();
    if (selfSigned != null) {
      made.add(selfSigned);
    }
    if (https.acme() != null) { // until the authority has issued one
      ServerCertificate temporary = SelfSigned.create(https.acme().names(), SELF_SIGNED_LIFE);
      made.add(new ServerCertificate(AcmeServices.SOURCE, temporary.key(), temporary.chain()));
    }
    try {
      CertificateStore store = new CertificateStore(https.certificates(), made);
      Path authorities = settings.get(TlsSettings.CLIENT_CA);
      X509TrustManager clients =
          authorities == null ? TlsServer.trustNothing() : ClientAuthorities.load(authorities);
      return new HttpsServices(https, store, clients, selfSigned);
    } catch (BadCertificateException bad) {
      throw new StartException("tls-cert: " + bad.getMessage(), bad);
    } catch (IOException unusable) {
      throw new StartException("tls-client-ca: " + unusable.getMessage(), unusable);
    }
  }

  /** The names of this machine that a client on it or beside it may use. */
  private static List<String> names(List<ListenAddress> listen) throws StartException {
    Set<String> names = new LinkedHashSet<>(List.of("localhost"));
    for (ListenAddress address : listen) {
      if (address instanceof HostPort internet
          && !FileServer.resolve("tls-listen", internet).getAddress().isAnyLocalAddress()) {
        names.add(internet.host());
      }
    }
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException unnamed) {
      // the machine's name does not resolve, so clients cannot use it either
    }
    names.addAll(List.of("127.0.0.1", "::1"));
    return new ArrayList<>(names);
  }

  /**
   * Starts to watch the files.
   *
   * @param handshakes runs handshakes; closed with this object
   */
  void start(ThreadPool handshakes) {
    pool = handshakes;
    certificates.watch(WATCH_INTERVAL);
    tls = new TlsServer(certificates.keyManager(), clients, handshakes, settings.tls());
  }

  /**
   * Starts to obtain certificates. The listeners must be open, so that the authority can connect.
   *
   * @throws StartException if the state directory cannot be used
   */
  void startAcme() throws StartException {
    try {
      if (acme != null) {
        acme.start();
      }
    } catch (IOException unusable) {
      throw new StartException("state: " + unusable.getMessage(), unusable);
    }
  }

  /** The context of TLS, after {@link #start}. */
  TlsServer tls() {
    return Objects.requireNonNull(tls);
  }

  /** The service that obtains certificates, or null. */
  @Nullable AcmeServices acme() {
    return acme;
  }

  CertificateStore certificates() {
    return certificates;
  }

  /** The pool for handshakes, after {@link #start}. */
  ThreadPool pool() {
    return Objects.requireNonNull(pool);
  }

  /** Loads all certificate files again. Any thread. */
  void reload() {
    certificates.reload();
  }

  /**
   * A line for the operator about the certificate that was made at start; empty if there is none.
   *
   * @param url of an HTTPS listener
   */
  String greeting(String url) {
    ServerCertificate made = selfSigned;
    if (made == null) {
      return "";
    }
    return "millrace: self-signed certificate, SHA-256 "
        + made.fingerprint()
        + "; try: curl --insecure --pinnedpubkey sha256//"
        + pin(made)
        + " "
        + url
        + "/";
  }

  private static String pin(ServerCertificate certificate) {
    try {
      byte[] key = certificate.leaf().getPublicKey().getEncoded();
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java runtime has it
    }
  }

  @Override
  public void close() {
    if (acme != null) {
      acme.close();
    }
    certificates.close();
    if (pool != null) {
      pool.close();
    }
  }
}
