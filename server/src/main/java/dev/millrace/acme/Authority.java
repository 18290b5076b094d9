package dev.millrace.acme;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.provider.AbstractAcmeProvider;
import org.shredzone.acme4j.toolbox.JSON;

/**
 * The HTTP interface of an authority, for the requests of one attempt: the directory is read once,
 * connections end with {@link #close}. Used by one thread.
 */
final class Authority implements AutoCloseable {
  /** Of a whole request, from the connection to the last byte of the response. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final InstantSource clock;
  private final HttpClient client;
  private final Session session;
  private @Nullable Instant busyUntil;

  Authority(AcmeSettings settings, InstantSource clock) {
    this.clock = clock;
    this.client = client(settings.trustAnchors());
    this.session = new Session(settings.directory(), new Provider());
    session.setLocale(Locale.ENGLISH); // of messages, which are logged
    session.networkSettings().setTimeout(TIMEOUT);
    session.networkSettings().setCompressionEnabled(false);
  }

  Session session() {
    return session;
  }

  /** Whether the authority suggests when to renew (RFC 9773). */
  boolean hasRenewalInfo() throws AcmeException {
    return session.resourceUrlOptional(Resource.RENEWAL_INFO).isPresent();
  }

  /** When the authority, having rejected a request as one too many, accepts them again. */
  @Nullable Instant busyUntil() {
    return busyUntil;
  }

  /** Ends all connections. */
  @Override
  public void close() {
    client.shutdownNow();
  }

  private static HttpClient client(List<X509Certificate> trustAnchors) {
    HttpClient.Builder builder =
        HttpClient.newBuilder().connectTimeout(TIMEOUT).followRedirects(HttpClient.Redirect.NORMAL);
    return trustAnchors.isEmpty()
        ? builder.build()
        : builder.sslContext(trusting(trustAnchors)).build();
  }

  private static SSLContext trusting(List<X509Certificate> anchors) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < anchors.size(); i++) {
        store.setCertificateEntry("anchor-" + i, anchors.get(i));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException("acme-ca cannot be used", impossible);
    }
  }

  private final class Provider extends AbstractAcmeProvider {
    @Override
    public boolean accepts(URI directory) {
      return true;
    }

    @Override
    public URL resolve(URI directory) {
      try {
        return directory.toURL();
      } catch (MalformedURLException impossible) {
        throw new IllegalStateException("AcmeSettings has accepted " + directory, impossible);
      }
    }

    @Override
    public HttpClient createHttpClient(NetworkSettings settings) {
      return client;
    }

    @Override
    public Connection connect(URI directory, NetworkSettings settings, HttpClient same) {
      return new AuthorityConnection(
          createHttpConnector(settings, same), clock, moment -> busyUntil = moment);
    }

    /** acme4j reads the directory before each request if it has no caching headers. */
    @Override
    public @Nullable JSON directory(Session of, URI directory) throws AcmeException {
      return of.hasDirectory() ? null : super.directory(of, directory);
    }
  }
}
