package dev.millrace.certificate;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * JSSE's view of a store, on the side of a server. Any thread. The certificate authorities that a
 * client may name are ignored, as they are by other servers.
 *
 * <p>Keys are handed out decoded. The JDK's own key manager for PKCS#12 decrypts the key in every
 * handshake, which takes longer than signing.
 */
final class StoreKeyManager extends X509ExtendedKeyManager {
  /** The protocol of the TLS-ALPN-01 challenge (RFC 8737 §3). */
  private static final String CHALLENGE_PROTOCOL = "acme-tls/1";

  private final Supplier<StoreSnapshot> snapshots;

  StoreKeyManager(Supplier<StoreSnapshot> snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    SSLSession session = engine.getHandshakeSession();
    return session == null
        ? restored(keyType, engine.getPeerHost())
        : choose(
            keyType,
            session,
            engine.getHandshakeApplicationProtocol(),
            engine.getEnabledCipherSuites());
  }

  /**
   * The certificate with which JSSE restores the session of a ticket, before there is a handshake
   * session. JSSE compares it with that of the ticket.
   *
   * @param serverName the name that the client requests, which the creator of the engine has read
   */
  private @Nullable String restored(String keyType, @Nullable String serverName) {
    StoreSnapshot snapshot = snapshots.get();
    ServerCertificate chosen = snapshot.set().select(serverName, keyType::equals);
    return chosen == null ? null : snapshot.aliasOf(chosen);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return socket instanceof SSLSocket tls
        ? choose(
            keyType,
            tls.getHandshakeSession(),
            tls.getHandshakeApplicationProtocol(),
            tls.getEnabledCipherSuites())
        : null;
  }

  /** The alias of the client's certificate if its key has the type for which JSSE asks. */
  private @Nullable String choose(
      String keyType,
      @Nullable SSLSession handshake,
      @Nullable String applicationProtocol,
      String[] suites) {
    if (!(handshake instanceof ExtendedSSLSession session)) {
      return null;
    }
    String name = serverName(session);
    StoreSnapshot snapshot = snapshots.get();
    ServerCertificate chosen;
    if (CHALLENGE_PROTOCOL.equals(applicationProtocol)) {
      chosen = name == null ? null : snapshot.challenge(CertificateSet.normalized(name));
    } else {
      ClientAlgorithms client = ClientAlgorithms.of(keyType, session, suites);
      chosen = snapshot.set().find(name, client::isUsable);
    }
    return chosen != null && chosen.keyType().equals(keyType) ? snapshot.aliasOf(chosen) : null;
  }

  private static @Nullable String serverName(ExtendedSSLSession session) {
    for (SNIServerName name : session.getRequestedServerNames()) {
      if (name instanceof SNIHostName host) {
        return host.getAsciiName();
      }
    }
    return null;
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    ServerCertificate certificate = snapshots.get().byAlias(alias);
    return certificate == null ? null : certificate.key();
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    ServerCertificate certificate = snapshots.get().byAlias(alias);
    return certificate == null ? null : certificate.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String[] aliases =
        snapshots.get().set().all().stream()
            .filter(one -> one.keyType().equals(keyType))
            .map(ServerCertificate::fingerprint)
            .toArray(String[]::new);
    return aliases.length == 0 ? null : aliases;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null; // a server presents no client certificate
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
