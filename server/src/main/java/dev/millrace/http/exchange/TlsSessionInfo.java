package dev.millrace.http.exchange;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.SSLSessionInfo;
import java.security.cert.Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.xnio.SslClientAuthMode;

/** The TLS session of a connection, for Undertow's handlers. Any thread. */
record TlsSessionInfo(SSLSession session) implements SSLSessionInfo {
  @Override
  public byte[] getSessionId() {
    return session.getId();
  }

  @Override
  public String getCipherSuite() {
    return session.getCipherSuite();
  }

  @Override
  public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
    return session.getPeerCertificates();
  }

  @Override
  @SuppressWarnings({"deprecation", "removal"}) // of the interface
  public javax.security.cert.X509Certificate[] getPeerCertificateChain() {
    throw new UnsupportedOperationException("use getPeerCertificates");
  }

  @Override
  public void renegotiate(HttpServerExchange exchange, SslClientAuthMode mode) {
    throw new UnsupportedOperationException("renegotiation is not supported");
  }

  @Override
  public SSLSession getSSLSession() {
    return session;
  }
}
