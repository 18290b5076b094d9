package dev.millrace.acme;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;

/** The responses to the challenges of one order, presented until {@link #close}. */
final class Challenges implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  private final ChallengeResponder responder;
  private final @Nullable Http01Folder folder;
  private final Deque<Runnable> removals = new ArrayDeque<>();

  /**
   * @param folder shared by replicas, or null
   */
  Challenges(ChallengeResponder responder, @Nullable Path folder) {
    this.responder = responder;
    this.folder = folder == null ? null : new Http01Folder(folder);
  }

  void present(Http01Challenge challenge) throws IOException {
    String token = challenge.getToken();
    Http01Folder shared = folder;
    if (shared != null) {
      removals.push(() -> remove(shared, token));
      shared.put(token, challenge.getAuthorization());
    }
    removals.push(() -> responder.http01(token, null));
    responder.http01(token, challenge.getAuthorization());
  }

  void present(String name, TlsAlpn01Challenge challenge) {
    KeyPair key = Keys.generate();
    removals.push(() -> responder.tlsAlpn01(name, null, null));
    responder.tlsAlpn01(
        name, key, TlsAlpn01Certificate.of(key, name, challenge.getAcmeValidation()));
  }

  /** Removes all responses. */
  @Override
  public void close() {
    while (!removals.isEmpty()) {
      removals.pop().run();
    }
  }

  private static void remove(Http01Folder folder, String token) {
    try {
      folder.remove(token);
    } catch (IOException undeletable) {
      LOG.log(
          Level.WARNING,
          "acme: the response to a challenge was not removed: {0}",
          undeletable.toString());
    }
  }
}
