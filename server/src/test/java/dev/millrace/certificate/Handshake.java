package dev.millrace.certificate;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** A TLS handshake in memory between a client and a server of JSSE. */
final class Handshake {
  /** What the client offers. */
  static final class Client {
    private final SSLParameters parameters = new SSLParameters();

    private Client(String protocol) {
      parameters.setProtocols(new String[] {protocol});
    }

    static Client tls12(String... suites) {
      Client client = new Client("TLSv1.2");
      if (suites.length > 0) {
        client.parameters.setCipherSuites(suites);
      }
      return client;
    }

    static Client tls13() {
      return new Client("TLSv1.3");
    }

    Client name(String name) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
      return this;
    }

    /** Names of TLS, as in {@code ecdsa_secp256r1_sha256}. */
    Client signatures(String... schemes) {
      parameters.setSignatureSchemes(schemes);
      return this;
    }

    Client groups(String... groups) {
      parameters.setNamedGroups(groups);
      return this;
    }

    Client protocols(String... protocols) {
      parameters.setApplicationProtocols(protocols);
      return this;
    }
  }

  private Handshake() {}

  /**
   * Runs a handshake until both sides have finished.
   *
   * @param serverParameters of the server's engine, or null for the defaults
   * @return the server's certificate, as the client has received it
   */
  static X509Certificate run(KeyManager keyManager, Client client, SSLParameters serverParameters)
      throws Exception {
    SSLContext serverContext = SSLContext.getInstance("TLS");
    serverContext.init(new KeyManager[] {keyManager}, null, null);
    SSLEngine server = serverContext.createSSLEngine();
    server.setUseClientMode(false);
    if (serverParameters != null) {
      server.setSSLParameters(serverParameters);
    }
    SSLContext clientContext = SSLContext.getInstance("TLS");
    clientContext.init(null, new TrustManager[] {new TrustAnyCertificate()}, new SecureRandom());
    SSLEngine engine = clientContext.createSSLEngine();
    engine.setUseClientMode(true);
    engine.setSSLParameters(client.parameters);

    ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
    ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
    engine.beginHandshake();
    server.beginHandshake();
    for (int step = 0; step < 1000; step++) {
      step(engine, toClient, toServer);
      step(server, toServer, toClient);
      if (isDone(engine)
          && isDone(server)
          && toServer.position() == 0
          && toClient.position() == 0) {
        return (X509Certificate) engine.getSession().getPeerCertificates()[0];
      }
    }
    throw new AssertionError("no end: " + engine.getHandshakeStatus());
  }

  private static boolean isDone(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    ByteBuffer plain = ByteBuffer.allocate(1 << 16);
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> engine.getDelegatedTask().run();
      case NEED_WRAP -> checked(engine.wrap(ByteBuffer.allocate(0), out));
      default -> {
        in.flip();
        if (in.hasRemaining()) {
          checked(engine.unwrap(in, plain));
        }
        in.compact();
      }
    }
  }

  private static void checked(SSLEngineResult result) {
    if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
      throw new AssertionError(result);
    }
  }
}
