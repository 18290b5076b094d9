package dev.millrace.acme;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;

/** A server that responds to challenges, on two ports of the loopback address. */
final class TestResponder extends X509ExtendedKeyManager
    implements ChallengeResponder, AutoCloseable {
  private record Proof(KeyPair key, X509Certificate certificate) {}

  private static final String PATH = "/.well-known/acme-challenge/";
  private static final int HANDSHAKE_MILLIS = 20_000;

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, Proof> proofs = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final HttpServer http;
  private final SSLServerSocket tls;
  private volatile Path folder;
  private volatile boolean httpBroken;
  private volatile boolean tlsBroken;
  private volatile boolean holdingTls;
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  TestResponder() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    http = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    http.createContext(PATH, this::respond);
    http.start();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {this}, null, null);
    tls = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, loopback);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"acme-tls/1"});
    tls.setSSLParameters(parameters);
    Thread.ofPlatform().daemon().name("test-tls-alpn").start(this::accept);
  }

  int httpPort() {
    return http.getAddress().getPort();
  }

  int tlsPort() {
    return tls.getLocalPort();
  }

  /** Responds from the shared directory, as a replica that has not ordered; null to end this. */
  void serveFrom(Path shared) {
    folder = shared;
  }

  void breakHttp(boolean broken) {
    httpBroken = broken;
  }

  void breakTls(boolean broken) {
    tlsBroken = broken;
  }

  /** Accepts a connection for TLS-ALPN-01 and does nothing with it. */
  void holdTls() {
    holdingTls = true;
  }

  void awaitHeldTls() throws InterruptedException {
    held.await();
  }

  /** The kinds of challenges that the authority has asked for. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  void forget() {
    asked.clear();
  }

  /** Whether no response is presented. */
  boolean isEmpty() {
    return answers.isEmpty() && proofs.isEmpty();
  }

  @Override
  public void http01(String token, String keyAuthorization) {
    if (keyAuthorization == null) {
      answers.remove(token);
    } else {
      answers.put(token, keyAuthorization);
    }
  }

  @Override
  public void tlsAlpn01(String name, KeyPair key, X509Certificate certificate) {
    if (key == null) {
      proofs.remove(name);
    } else {
      proofs.put(name, new Proof(key, certificate));
    }
  }

  private void respond(HttpExchange exchange) throws IOException {
    asked.add("http-01");
    String token = exchange.getRequestURI().getPath().substring(PATH.length());
    Path shared = folder;
    String answer = shared == null ? answers.get(token) : Http01Folder.answer(shared, token);
    byte[] body =
        (httpBroken || answer == null ? "wrong" : answer).getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void accept() {
    while (!tls.isClosed()) {
      try (Socket socket = tls.accept()) {
        asked.add("tls-alpn-01");
        socket.setSoTimeout(HANDSHAKE_MILLIS);
        if (holdingTls) {
          held.countDown();
          released.await();
        } else if (!tlsBroken) {
          ((SSLSocket) socket).startHandshake();
          var _ = socket.getInputStream().read(); // until the authority has seen the certificate
        }
      } catch (IOException ended) {
        // the authority closes the connection, or the test has ended
      } catch (InterruptedException ended) {
        return;
      }
    }
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    var session = (ExtendedSSLSession) ((SSLSocket) socket).getHandshakeSession();
    for (SNIServerName name : session.getRequestedServerNames()) {
      if (keyType.equals("EC") && name instanceof SNIHostName host) {
        return host.getAsciiName();
      }
    }
    return null;
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    throw new UnsupportedOperationException();
  }

  @Override
  public X509Certificate[] getCertificateChain(String name) {
    Proof proof = proofs.get(name);
    return proof == null ? null : new X509Certificate[] {proof.certificate};
  }

  @Override
  public PrivateKey getPrivateKey(String name) {
    Proof proof = proofs.get(name);
    return proof == null ? null : proof.key.getPrivate();
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return proofs.keySet().toArray(String[]::new);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return null;
  }

  @Override
  public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
    return null;
  }

  @Override
  public void close() throws IOException {
    released.countDown();
    http.stop(0);
    tls.close();
  }
}
