package dev.millrace.transport.tls;

import dev.millrace.sync.ThreadPool;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** What the TLS connections of all loops share. Any thread. */
public final class TlsServer {
  /** Whether clients must identify themselves with a certificate. */
  public enum ClientAuth {
    OFF,
    OPTIONAL,
    REQUIRED
  }

  /**
   * The configuration.
   *
   * @param tls13Only whether TLS 1.2 is refused
   * @param clientAuth whether clients need certificates
   * @param handshakeTimeout from the accepted connection to the complete handshake
   * @param protocols application protocols (ALPN) that a client may choose, the preferred one first
   */
  public record Policy(
      boolean tls13Only, ClientAuth clientAuth, Duration handshakeTimeout, List<String> protocols) {
    public Policy {
      protocols = List.copyOf(protocols);
    }

    /** A copy with other application protocols. */
    public Policy withProtocols(List<String> others) {
      return new Policy(tls13Only, clientAuth, handshakeTimeout, others);
    }
  }

  /** The application protocol with which an ACME authority validates a name (RFC 8737). */
  private static final String ACME_PROTOCOL = "acme-tls/1";

  private static final List<String> SUITES_13 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /** Mozilla's "intermediate" recommendation, version 5.7. */
  private static final List<String> SUITES_12 =
      List.of(
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /** The application protocol of HTTP/1.1 (RFC 7301 §6). */
  public static final String HTTP1_PROTOCOL = "http/1.1";

  /** The application protocol of HTTP/2 (RFC 9113 §3.1). */
  public static final String HTTP2_PROTOCOL = "h2";

  private static final List<String> GROUPS = List.of("x25519", "secp256r1", "secp384r1");

  /** How long a session can be resumed. JSSE replaces the key of its tickets as often. */
  private static final int SESSION_SECONDS = 12 * 60 * 60;

  /** Sessions of clients without tickets; each takes about 2 KiB. */
  private static final int SESSION_CACHE_ENTRIES = 4096;

  static {
    // JSSE reads it once. A renegotiation costs a handshake on the loop thread, and no client of a
    // file server needs it.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private final SSLContext context;
  private final SSLParameters parameters;
  private final ThreadPool pool;
  private final Policy policy;

  /**
   * @param keys selects the certificate of each handshake
   * @param clients verifies the certificates of clients; not called if {@link ClientAuth#OFF}
   * @param pool runs the tasks of handshakes; its queue bounds them
   */
  public TlsServer(KeyManager keys, X509TrustManager clients, ThreadPool pool, Policy policy) {
    this.pool = pool;
    this.policy = policy;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, new TrustManager[] {clients}, null);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("the Java runtime has no TLS", missing);
    }
    context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
    context.getServerSessionContext().setSessionCacheSize(SESSION_CACHE_ENTRIES);
    parameters = parameters();
  }

  private SSLParameters parameters() {
    SSLParameters chosen = context.getDefaultSSLParameters();
    boolean only13 = policy.tls13Only();
    chosen.setProtocols(only13 ? new String[] {"TLSv1.3"} : new String[] {"TLSv1.3", "TLSv1.2"});
    List<String> supported = List.of(context.getSupportedSSLParameters().getCipherSuites());
    chosen.setCipherSuites(
        Stream.concat(SUITES_13.stream(), only13 ? Stream.of() : SUITES_12.stream())
            .filter(supported::contains)
            .toArray(String[]::new));
    chosen.setUseCipherSuitesOrder(true); // ECDSA before RSA, where TLS 1.2 names it in the suite
    chosen.setNamedGroups(GROUPS.toArray(String[]::new));
    chosen.setApplicationProtocols(
        Stream.concat(policy.protocols().stream(), Stream.of(ACME_PROTOCOL))
            .toArray(String[]::new));
    switch (policy.clientAuth()) {
      case OFF -> {}
      case OPTIONAL -> chosen.setWantClientAuth(true);
      case REQUIRED -> chosen.setNeedClientAuth(true);
    }
    return chosen;
  }

  /** A trust manager for servers that do not authenticate clients. */
  public static X509TrustManager trustNothing() {
    return new X509TrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] chain, String authType) {
        throw new UnsupportedOperationException("clients are not authenticated");
      }

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String authType) {
        throw new UnsupportedOperationException("this is a server");
      }

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
      }
    };
  }

  /**
   * Creates the engine of a connection.
   *
   * @param serverName the name that the client requests, as {@link SSLEngine#getPeerHost}, where a
   *     key manager finds it before JSSE has read it; null if there is none
   */
  SSLEngine newEngine(@Nullable String serverName) {
    SSLEngine engine = context.createSSLEngine(serverName, 0);
    engine.setUseClientMode(false);
    engine.setSSLParameters(parameters);
    return engine;
  }

  ThreadPool pool() {
    return pool;
  }

  Policy policy() {
    return policy;
  }

  /** Whether the handshake was that of an ACME validation, which sends no request. */
  static boolean isAcmeValidation(SSLEngine engine) {
    return ACME_PROTOCOL.equals(engine.getApplicationProtocol());
  }
}
