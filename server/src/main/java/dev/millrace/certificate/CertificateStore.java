package dev.millrace.certificate;

import dev.millrace.certificate.CertificateFiles.Location;
import dev.millrace.sync.Mutex;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a running server. Any thread may call. Readers see a snapshot and never wait;
 * a change replaces the snapshot. Connections keep the certificate of their handshake.
 */
public final class CertificateStore implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  private final List<FollowedFiles> files = new ArrayList<>();
  private final StoreKeyManager keyManager = new StoreKeyManager(() -> this.snapshot);

  /** Held while files are read. */
  private final Mutex reading = new Mutex();

  /** Held while the snapshot is replaced. */
  private final Mutex changing = new Mutex();

  private volatile StoreSnapshot snapshot;
  private volatile boolean closed;
  private @Nullable Thread watching;

  /**
   * Loads certificates.
   *
   * @param locations files, each with another {@code cert}; they come first, so the first is the
   *     default
   * @param fixed certificates without files
   * @throws BadCertificateException if one cannot be used
   */
  public CertificateStore(List<Location> locations, List<ServerCertificate> fixed)
      throws BadCertificateException {
    this(locations, fixed, InstantSource.system());
  }

  CertificateStore(List<Location> locations, List<ServerCertificate> fixed, InstantSource clock)
      throws BadCertificateException {
    List<ServerCertificate> all = new ArrayList<>();
    for (Location location : locations) {
      FollowedFiles followed = new FollowedFiles(location, clock);
      files.add(followed);
      all.add(followed.first());
    }
    all.addAll(fixed);
    snapshot = StoreSnapshot.of(all);
  }

  /** The present certificates. */
  public CertificateSet current() {
    return snapshot.set();
  }

  /** The present certificates as a list, the default first. */
  public List<ServerCertificate> all() {
    return current().all();
  }

  /**
   * Adds a certificate. It replaces the certificate with the same source, at the same place in the
   * order; otherwise it becomes the last.
   */
  public void put(ServerCertificate certificate) {
    changing.lock();
    try {
      snapshot = snapshot.with(certificate);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Sets the certificate for a TLS-ALPN-01 challenge (RFC 8737): for clients that negotiate the
   * protocol {@code acme-tls/1} and request this name.
   *
   * @param certificate null to end the challenge
   */
  public void challenge(String serverName, @Nullable ServerCertificate certificate) {
    changing.lock();
    try {
      snapshot = snapshot.withChallenge(CertificateSet.normalized(serverName), certificate);
    } finally {
      changing.unlock();
    }
  }

  /** Whether a name has a challenge certificate. */
  public boolean isChallenged(String name) {
    return snapshot.challenge(CertificateSet.normalized(name)) != null;
  }

  /**
   * The key manager for {@link javax.net.ssl.SSLContext#init}, which selects from the present
   * certificates in each handshake. Engines must keep the server's order of cipher suites ({@code
   * SSLParameters.setUseCipherSuitesOrder}), which is the default.
   */
  public X509ExtendedKeyManager keyManager() {
    return keyManager;
  }

  /** Loads changed files now. Blocks on a disk. */
  public void reload() {
    check(FollowedFiles::reload);
  }

  /** Loads changed files that have not changed again since the last poll. */
  void poll() {
    check(FollowedFiles::poll);
  }

  @FunctionalInterface
  private interface Check {
    @Nullable ServerCertificate changed(FollowedFiles files);
  }

  private void check(Check check) {
    reading.lock();
    try {
      for (FollowedFiles followed : files) {
        ServerCertificate changed = check.changed(followed);
        if (changed != null) {
          put(changed);
        }
      }
    } finally {
      reading.unlock();
    }
  }

  /** Starts a thread that polls the files. Call once. */
  public void watch(Duration interval) {
    watching =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-certificates")
            .start(() -> pollUntilClosed(interval));
  }

  private void pollUntilClosed(Duration interval) {
    while (!closed) {
      LockSupport.parkNanos(interval.toNanos());
      try {
        if (!closed) {
          poll();
        }
      } catch (RuntimeException | Error failure) {
        LOG.log(Level.SEVERE, "cannot check the certificates", failure); // tried again
      }
    }
  }

  /** Changed files that were loaded since the start. */
  public long reloads() {
    return files.stream().mapToLong(FollowedFiles::loads).sum();
  }

  /** Changed files that could not be loaded, counted once for each state and reason. */
  public long reloadFailures() {
    return files.stream().mapToLong(FollowedFiles::failures).sum();
  }

  /** Stops following the files; a poll that hangs in a file system ends by itself. */
  @Override
  public void close() {
    closed = true;
    Thread thread = watching;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }
}
