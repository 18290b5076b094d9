package dev.millrace.acme;

import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.RenewalInfo;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeServerException;

/**
 * Obtains one certificate for all names of the settings and renews it, on its own thread. Failures
 * never end the thread: they are counted and logged, the present certificate stays in use, and the
 * attempt is repeated with growing pauses. Any thread may query.
 */
public final class AcmeManager implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final Duration MAX_CLOSE = Duration.ofSeconds(10);

  /**
   * The least time from a certificate to the next order, if the life of certificates is not shorter
   * still. It bounds the orders if the authority suggests windows that are always past, or if this
   * machine's clock is wrong.
   */
  private static final Duration MIN_BETWEEN_ORDERS = Duration.ofHours(1);

  private static final int MIN_ORDERS_A_LIFE = 3;

  private final AcmeSettings settings;
  private final ChallengeResponder responder;
  private final CertificateListener listener;
  private final InstantSource clock;
  private final Waiter waiter;
  private final RandomGenerator random = new SecureRandom(); // two replicas must differ
  private final Backoff backoff = new Backoff(random);
  private final DistinctWarnings warnings = new DistinctWarnings();
  private final AcmeStore store;
  private final Account account;
  private final Thread thread;

  private final AtomicLong issued = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile String lastError = "";

  /** Set before the interrupt, which a listener may consume. */
  private volatile boolean closed;

  /** Written by {@link #start} before the thread exists, then by the thread. */
  private @Nullable IssuedCertificate current;

  private Instant earliestOrder = Instant.MIN;

  /**
   * Creates a manager that does nothing before {@link #start}.
   *
   * @param responder presents the responses to challenges
   * @param listener receives each certificate
   */
  public AcmeManager(
      AcmeSettings settings, ChallengeResponder responder, CertificateListener listener) {
    this(settings, responder, listener, InstantSource.system(), Waiter.on(InstantSource.system()));
  }

  /**
   * As above, with another time. Only the waits between attempts use it; requests to the authority
   * and their limits are real.
   */
  AcmeManager(
      AcmeSettings settings,
      ChallengeResponder responder,
      CertificateListener listener,
      InstantSource clock,
      Waiter waiter) {
    this.settings = settings;
    this.responder = responder;
    this.listener = listener;
    this.clock = clock;
    this.waiter = waiter;
    this.store = new AcmeStore(settings.state(), settings.directory());
    this.account = new Account(settings, store);
    this.thread = Thread.ofPlatform().daemon().name("millrace-acme").unstarted(this::run);
  }

  /**
   * Calls the listener with the stored certificate, if one is valid for exactly these names, and
   * starts the thread, which orders or renews.
   *
   * @throws IOException if the directory for state cannot be created
   */
  public void start() throws IOException {
    store.prepare();
    IssuedCertificate stored = store.certificate();
    if (stored != null && isUsable(stored)) {
      current = stored;
      listener.issued(settings.names(), stored);
    }
    thread.start();
  }

  /** Number of certificates issued since the start. */
  public long issued() {
    return issued.get();
  }

  /** Number of attempts to obtain a certificate that have failed since the start. */
  public long failures() {
    return failures.get();
  }

  /** The reason of the last failure; empty after a success. */
  public String lastError() {
    return lastError;
  }

  /** Ends the thread, also in the middle of an order, whose challenges are removed. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (thread.getState() != Thread.State.NEW && !thread.join(MAX_CLOSE)) {
        LOG.log(Level.WARNING, "acme: the thread has not ended within {0}", MAX_CLOSE);
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isUsable(IssuedCertificate stored) {
    String reason = null;
    if (!stored.isFor(settings.names())) {
      reason = "it is for " + String.join(", ", stored.dnsNames());
    } else if (!stored.isValidAt(clock.instant())) {
      reason = "it was issued for the time until " + stored.notAfter();
    }
    if (reason != null) {
      LOG.log(Level.INFO, "acme: the stored certificate is not used: {0}", reason);
    }
    return reason == null;
  }

  private void run() {
    try {
      while (!closed) {
        if (current != null) {
          awaitRenewal(current);
        }
        obtain();
      }
    } catch (InterruptedException closed) {
      // by close(); no other code interrupts this thread
    }
  }

  private void awaitRenewal(IssuedCertificate certificate) throws InterruptedException {
    RenewalSchedule schedule =
        new RenewalSchedule(certificate, clock.instant(), earliestOrder, random);
    while (true) {
      if (!clock.instant().isBefore(schedule.nextCheck())) {
        askForWindow(certificate, schedule);
      }
      if (!clock.instant().isBefore(schedule.due())) {
        return;
      }
      pause(schedule.due().isBefore(schedule.nextCheck()) ? schedule.due() : schedule.nextCheck());
    }
  }

  private void askForWindow(IssuedCertificate certificate, RenewalSchedule schedule)
      throws InterruptedException {
    try (Authority authority = new Authority(settings, clock)) {
      if (!authority.hasRenewalInfo()) {
        schedule.unsupported(clock.instant());
        return;
      }
      // The request is not signed, so any key and location make the login that acme4j wants.
      RenewalInfo info =
          new Login(settings.directory().toURL(), certificate.keyPair(), authority.session())
              .bindRenewalInfo(certificate.leaf());
      Instant retryAfter = info.fetch().orElse(null);
      if (!schedule.suggested(
          clock.instant(),
          info.getSuggestedWindowStart(),
          info.getSuggestedWindowEnd(),
          retryAfter)) {
        warnings.warn(
            "the authority suggests a malformed renewal window",
            "renewal is at two thirds of life");
      }
    } catch (AcmeException | IOException | RuntimeException failed) {
      stopIfInterrupted();
      schedule.failed(clock.instant());
      AcmeFailure failure = AcmeFailure.of(failed);
      warnings.warn(
          "renewal information: " + failure.kind(),
          "renewal information is unavailable: "
              + failure.getMessage()
              + "; renewal is due at "
              + seconds(schedule.due()));
    }
  }

  private void obtain() throws InterruptedException {
    int number = 1;
    Instant next = attempt(number);
    while (next != null) {
      pause(next);
      number++;
      next = attempt(number);
    }
  }

  /**
   * Tries to obtain a certificate.
   *
   * @param number 1, or more after failures
   * @return when to try again, or null after a success
   */
  private @Nullable Instant attempt(int number) throws InterruptedException {
    try (Authority authority = new Authority(settings, clock)) {
      try {
        deliver(order(authority));
        return null;
      } catch (AcmeException | AcmeFailure | IOException | RuntimeException cause) {
        stopIfInterrupted();
        Instant next = backoff.next(clock.instant(), number, authority.busyUntil());
        report(cause instanceof AcmeFailure known ? known : AcmeFailure.of(cause), next);
        return next;
      }
    }
  }

  private IssuedCertificate order(Authority authority)
      throws AcmeException, AcmeFailure, IOException, InterruptedException {
    X509Certificate replaced = current == null ? null : current.leaf();
    Login login = account.login(authority);
    try {
      return new CertificateOrder(settings, responder, authority, clock).obtain(login, replaced);
    } catch (AcmeServerException refused) {
      if (!Account.isUnknown(refused)) {
        throw refused;
      }
      LOG.log(Level.INFO, "acme: {0} does not know the account any more", settings.directory());
      Login again = account.register(authority, login.getKeyPair());
      return new CertificateOrder(settings, responder, authority, clock).obtain(again, replaced);
    }
  }

  private void deliver(IssuedCertificate certificate) {
    current = certificate;
    Duration shortLife = certificate.lifetime().dividedBy(MIN_ORDERS_A_LIFE);
    earliestOrder =
        clock
            .instant()
            .plus(shortLife.compareTo(MIN_BETWEEN_ORDERS) < 0 ? shortLife : MIN_BETWEEN_ORDERS);
    issued.incrementAndGet();
    lastError = "";
    warnings.reset();
    LOG.log(
        Level.INFO,
        "acme: certificate for {0} issued, valid until {1}",
        new Object[] {String.join(", ", settings.names()), certificate.notAfter()});
    try {
      store.save(certificate);
    } catch (IOException unsaved) {
      lastError = "the certificate could not be saved: " + unsaved;
      warnings.warn("save", lastError + "; the next start orders a new one");
    }
    try {
      listener.issued(settings.names(), certificate);
    } catch (RuntimeException defect) {
      // Ordering again would not help, and would use up the authority's rate limit.
      lastError = "the certificate could not be put to use: " + defect;
      LOG.log(Level.SEVERE, "acme: the certificate could not be put to use", defect);
    }
  }

  private void report(AcmeFailure failure, Instant next) {
    failures.incrementAndGet();
    lastError = String.valueOf(failure.getMessage());
    warnings.warn(
        failure.kind(),
        "no certificate for "
            + String.join(", ", settings.names())
            + ": "
            + lastError
            + "; next attempt at "
            + seconds(next));
  }

  private static Instant seconds(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS);
  }

  private void pause(Instant until) throws InterruptedException {
    if (closed) {
      throw new InterruptedException();
    }
    waiter.until(until);
  }

  /** acme4j turns the interrupt of a request into a failure of the network. */
  private void stopIfInterrupted() throws InterruptedException {
    if (Thread.interrupted() || closed) {
      throw new InterruptedException();
    }
  }
}
