package dev.millrace.acme;

import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Certificate;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.OrderBuilder;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/**
 * Orders one certificate for all names. Blocks its thread; an interrupt ends it.
 *
 * <p>A failed challenge makes the whole order invalid (RFC 8555, section 7.1.6). So all challenges
 * of an order run at the same time, and if some fail, one more order is placed in which those names
 * use the next kind of challenge.
 */
final class CertificateOrder {
  /** A name for which a kind of challenge has failed. */
  private record Tried(String name, ChallengeKind kind) {}

  /** A challenge that the authority is validating. */
  private record Pending(Tried tried, Authorization authorization, Challenge challenge) {}

  /** How long the authority may take to validate, or to issue. */
  private static final long MAX_WAIT_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** The extension by which a predecessor is named (RFC 9773, section 4.1). */
  private static final String AUTHORITY_KEY = "2.5.29.35";

  private static final Duration MIN_POLL = Duration.ofMillis(100);
  private static final Duration MAX_POLL = Duration.ofSeconds(15);

  private final AcmeSettings settings;
  private final ChallengeResponder responder;
  private final Authority authority;
  private final InstantSource clock;
  private final Set<Tried> failed = new LinkedHashSet<>();
  private final List<String> reasons = new ArrayList<>();

  CertificateOrder(
      AcmeSettings settings,
      ChallengeResponder responder,
      Authority authority,
      InstantSource clock) {
    this.settings = settings;
    this.responder = responder;
    this.authority = authority;
    this.clock = clock;
  }

  /**
   * Obtains a certificate with a fresh key.
   *
   * @param replaced the certificate that the new one replaces, or null
   */
  IssuedCertificate obtain(Login login, @Nullable X509Certificate replaced)
      throws AcmeException, AcmeFailure, IOException, InterruptedException {
    for (int round = 0; round < settings.challenges().size(); round++) {
      Order order = create(login, replaced);
      if (authorize(order)) {
        return finish(order);
      }
    }
    throw new AcmeFailure(String.join("; ", reasons), failed.toString());
  }

  private Order create(Login login, @Nullable X509Certificate replaced) throws AcmeException {
    if (replaced != null
        && replaced.getExtensionValue(AUTHORITY_KEY) != null
        && authority.hasRenewalInfo()) {
      try {
        return order(login).replaces(replaced).create();
      } catch (AcmeRateLimitedException limited) {
        throw limited;
      } catch (AcmeServerException refused) {
        // As after an order whose certificate was lost: the authority accepts one successor only,
        // and RFC 9773, section 5, has the client order without naming the predecessor.
        if (Account.isUnknown(refused)) {
          throw refused;
        }
      }
    }
    return order(login).create();
  }

  private OrderBuilder order(Login login) {
    return login.newOrder().domains(settings.names());
  }

  /** Proves control of all names; false if a challenge failed, and then the order is invalid. */
  private boolean authorize(Order order)
      throws AcmeException, AcmeFailure, IOException, InterruptedException {
    try (Challenges challenges = new Challenges(responder, settings.http01Folder())) {
      List<Pending> all = new ArrayList<>();
      for (Authorization authorization : order.getAuthorizations()) {
        Status status = authorization.getStatus();
        if (status == Status.PENDING) {
          all.add(present(authorization, challenges));
        } else if (status != Status.VALID) { // a valid one was proven for an earlier order
          throw new AcmeFailure(nameOf(authorization) + ": the authorization is " + status);
        }
      }
      for (Pending one : all) {
        one.challenge.trigger();
      }
      boolean proven = true;
      for (Pending one : all) {
        if (await(one.authorization, EnumSet.of(Status.VALID, Status.INVALID), "to validate")
            == Status.INVALID) {
          proven = false;
          failed.add(one.tried);
          reasons.add(one.tried.name + ": " + one.tried.kind + ": " + reason(one));
        }
      }
      return proven;
    }
  }

  private Pending present(Authorization authorization, Challenges challenges)
      throws AcmeFailure, IOException {
    String name = nameOf(authorization);
    for (ChallengeKind kind : settings.challenges()) {
      Tried tried = new Tried(name, kind);
      if (failed.contains(tried)) {
        continue;
      }
      switch (kind) {
        case TLS_ALPN_01 -> {
          var offered = authorization.findChallenge(TlsAlpn01Challenge.class);
          if (offered.isPresent()) {
            challenges.present(name, offered.get());
            return new Pending(tried, authorization, offered.get());
          }
        }
        case HTTP_01 -> {
          var offered = authorization.findChallenge(Http01Challenge.class);
          if (offered.isPresent()) {
            challenges.present(offered.get());
            return new Pending(tried, authorization, offered.get());
          }
        }
      }
    }
    reasons.add(
        name
            + ": the authority offers no other challenge than "
            + String.join(
                ", ", authorization.getChallenges().stream().map(Challenge::getType).toList()));
    throw new AcmeFailure(String.join("; ", reasons), "no challenge: " + name + failed);
  }

  private static String nameOf(Authorization authorization) {
    return authorization.getIdentifier().getDomain();
  }

  /** The authority's reason; the authorization was fetched after the challenge had failed. */
  private static String reason(Pending failed) {
    String type = failed.challenge.getType();
    return failed.authorization.getChallenges().stream()
        .filter(challenge -> challenge.getType().equals(type))
        .flatMap(challenge -> challenge.getError().stream())
        .findFirst()
        .map(CertificateOrder::text)
        .orElse("the authority gives no reason");
  }

  private static String text(Problem problem) {
    return problem + " (" + problem.getType() + ")";
  }

  private IssuedCertificate finish(Order order)
      throws AcmeException, AcmeFailure, InterruptedException {
    KeyPair key = Keys.generate();
    Status status =
        await(order, EnumSet.of(Status.READY, Status.VALID, Status.INVALID), "to accept");
    if (status == Status.READY) {
      order.execute(key);
      status = await(order, EnumSet.of(Status.VALID, Status.INVALID), "to issue");
    }
    if (status == Status.INVALID) {
      String reason =
          order.getError().map(CertificateOrder::text).orElse("the authority gives no reason");
      throw new AcmeFailure("the order failed: " + reason);
    }
    Certificate certificate = order.getCertificate();
    certificate.download();
    IssuedCertificate issued = new IssuedCertificate(key, certificate.getCertificateChain());
    if (!issued.leaf().getPublicKey().equals(key.getPublic())) {
      throw new AcmeFailure("the authority has issued a certificate for another key");
    }
    if (!issued.isFor(settings.names())) {
      throw new AcmeFailure("the authority has issued a certificate for " + issued.dnsNames());
    }
    return issued;
  }

  /** Polls, as often as the authority asks for, until a status is reached. */
  private <R extends PollableResource> Status await(R resource, Set<Status> ends, String what)
      throws AcmeException, AcmeFailure, InterruptedException {
    long start = System.nanoTime();
    Duration pause = MIN_POLL;
    while (true) {
      Instant retryAfter = resource.fetch().orElse(null);
      Status status = resource.getStatus();
      if (ends.contains(status)) {
        return status;
      }
      if (System.nanoTime() - start > MAX_WAIT_NANOS) {
        throw new AcmeFailure("the authority took more than 5 minutes " + what);
      }
      Duration wanted = retryAfter == null ? pause : Duration.between(clock.instant(), retryAfter);
      Thread.sleep(wanted.compareTo(MIN_POLL) < 0 ? MIN_POLL : shorter(wanted, MAX_POLL));
      pause = shorter(pause.multipliedBy(2), MAX_POLL);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
