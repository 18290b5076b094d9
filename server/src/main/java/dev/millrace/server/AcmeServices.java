package dev.millrace.server;

import dev.millrace.acme.AcmeManager;
import dev.millrace.acme.AcmeSettings;
import dev.millrace.acme.CertificateListener;
import dev.millrace.acme.ChallengeResponder;
import dev.millrace.acme.Http01Folder;
import dev.millrace.acme.IssuedCertificate;
import dev.millrace.certificate.CertificateStore;
import dev.millrace.certificate.ServerCertificate;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.https.AcmeChallengeHandler;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Obtains certificates from an ACME authority for the store, and shows it the responses to its
 * challenges. Any thread.
 */
final class AcmeServices implements ChallengeResponder, CertificateListener, AutoCloseable {
  /** The source of the certificate in the store; that of a temporary one until it is issued. */
  static final String SOURCE = "acme";

  private final CertificateStore store;
  private final AcmeManager manager;
  private final @Nullable Path folder;
  private final Map<String, String> responses = new ConcurrentHashMap<>();

  AcmeServices(AcmeSettings settings, CertificateStore store) {
    this.store = store;
    this.folder = settings.http01Folder();
    this.manager = new AcmeManager(settings, this, this);
  }

  /**
   * Loads the certificate that was issued earlier, or begins to order one.
   *
   * @throws IOException if the state directory cannot be used
   */
  void start() throws IOException {
    manager.start();
  }

  AcmeManager manager() {
    return manager;
  }

  /** Adds the handler that responds to HTTP-01 challenges. */
  HttpHandler responding(HttpHandler next, LoopExecutors executors, ExchangeFailures failures) {
    return new AcmeChallengeHandler(
        next,
        responses::get,
        folder == null ? null : token -> Http01Folder.answer(folder, token),
        executors,
        failures);
  }

  @Override
  public void http01(String token, @Nullable String keyAuthorization) {
    if (keyAuthorization == null) {
      responses.remove(token);
    } else {
      responses.put(token, keyAuthorization);
    }
  }

  @Override
  public void tlsAlpn01(String name, @Nullable KeyPair key, @Nullable X509Certificate certificate) {
    store.challenge(
        name,
        key == null || certificate == null
            ? null
            : new ServerCertificate("acme-challenge", key.getPrivate(), List.of(certificate)));
  }

  @Override
  public void issued(List<String> names, IssuedCertificate certificate) {
    store.put(
        new ServerCertificate(SOURCE, certificate.keyPair().getPrivate(), certificate.chain()));
  }

  @Override
  public void close() {
    manager.close();
  }
}
