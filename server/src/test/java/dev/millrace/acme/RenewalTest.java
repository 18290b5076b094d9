package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.shredzone.acme4j.toolbox.AcmeUtils;

/** Renewals by Pebble while the clock runs ahead. */
class RenewalTest {
  private static final Duration LIFE = Duration.ofDays(90);
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir static Path files;
  private static TestResponder responder;
  private static Pebble pebble;

  @TempDir Path state;

  @BeforeAll
  static void start() throws Exception {
    responder = new TestResponder();
    pebble = new Pebble(files, responder, LIFE.toSeconds());
  }

  @AfterAll
  static void stop() throws Exception {
    if (pebble != null) {
      pebble.close();
    }
    responder.close();
  }

  @Test
  void withoutASuggestionRenewalIsAtTwoThirdsOfLife() throws Exception {
    try (AcmeFixture acme =
        new AcmeFixture(
                AcmeFixture.settings(pebble, pebble.directory(), state, "thirds.test"), responder)
            .start()) {
      IssuedCertificate first = acme.next();
      Instant notBefore = first.leaf().getNotBefore().toInstant();
      Instant earliest = notBefore.plus(LIFE.multipliedBy(61).dividedBy(100));
      Instant latest = notBefore.plus(LIFE.multipliedBy(72).dividedBy(100));

      acme.time.letRunUntil(earliest);
      acme.time.awaitPause();
      assertTrue(acme.certificates.isEmpty(), "too early at 61 %");

      acme.time.letRunUntil(latest);
      IssuedCertificate second = acme.next();
      assertNotEquals(first.leaf(), second.leaf());
      assertNotEquals(first.keyPair().getPrivate(), second.keyPair().getPrivate());
      assertEquals(2, acme.manager.issued());
    }
  }

  /** As by a machine whose clock is far ahead, to which each new certificate looks old. */
  @Test
  void aRenewalThatIsDueAtOnceWaitsForAnHour() throws Exception {
    try (AcmeFixture acme =
        new AcmeFixture(
            AcmeFixture.settings(pebble, pebble.directory(), state, "hour.test"), responder)) {
      Instant ahead = acme.time.instant().plus(LIFE.multipliedBy(80).dividedBy(100));
      acme.time.letRunUntil(ahead);
      acme.time.until(ahead);
      acme.start().next();
      assertEquals(Duration.ofHours(1), acme.time.awaitPauseLength());
    }
  }

  @Test
  void theAuthoritysWindowIsFollowedAndTheCertificateNamedAsReplaced() throws Exception {
    try (AuthorityFront front = new AuthorityFront(pebble)) {
      Instant now = Instant.now();
      front.suggest(now.plus(DAY.multipliedBy(10)), now.plus(DAY.multipliedBy(11)), "21600");
      try (AcmeFixture acme =
          new AcmeFixture(
                  AcmeFixture.settings(pebble, front.directory(), state, "window.test"), responder)
              .start()) {
        IssuedCertificate first = acme.next();
        assertEquals(Duration.ofHours(6), acme.time.awaitPauseLength());
        String identifier = AcmeUtils.getRenewalUniqueIdentifier(first.leaf());
        assertEquals(List.of(identifier), front.windowsAsked());
        assertEquals(List.of(), front.replaced());

        // A mass revocation: the window moves to tomorrow, and the next check finds it.
        Instant start = now.plus(DAY);
        Instant end = now.plus(DAY.multipliedBy(2));
        front.suggest(start, end, "21600");
        acme.time.step();
        acme.time.letRunUntil(start.minusSeconds(1));
        acme.time.awaitPause();
        assertTrue(acme.certificates.isEmpty(), "before the window");

        acme.time.letRunUntil(end);
        IssuedCertificate second = acme.next();
        assertNotEquals(first.leaf(), second.leaf());
        assertEquals(List.of(identifier), front.replaced());
        assertFalse(acme.time.instant().isBefore(start));
      }
    }
  }

  @Test
  void anOrderIsRepeatedWithoutAPredecessorThatTheAuthorityRejects() throws Exception {
    try (AuthorityFront front = new AuthorityFront(pebble)) {
      Instant now = Instant.now();
      front.suggest(now.plus(DAY), now.plus(DAY.multipliedBy(2)), "21600");
      try (AcmeFixture acme =
          new AcmeFixture(
                  AcmeFixture.settings(pebble, front.directory(), state, "twice.test"), responder)
              .start()) {
        acme.next();
        acme.time.awaitPause();
        front.rejectOrder(409, null, "alreadyReplaced");
        acme.time.letRunUntil(now.plus(DAY.multipliedBy(2)));
        acme.next();
        assertEquals(1, front.replaced().size());
        assertEquals(0, acme.manager.failures());
      }
    }
  }

  @Test
  void aWindowThatHasPassedMeansNow() throws Exception {
    try (AuthorityFront front = new AuthorityFront(pebble)) {
      Instant now = Instant.now();
      front.suggest(now.plus(DAY), now.plus(DAY.multipliedBy(2)), "21600");
      AcmeSettings settings =
          AcmeFixture.settings(pebble, front.directory(), state, "revoked.test");
      IssuedCertificate first;
      try (AcmeFixture acme = new AcmeFixture(settings, responder).start()) {
        first = acme.next();
      }
      front.suggest(now.minus(DAY.multipliedBy(2)), now.minus(DAY), "21600");
      try (AcmeFixture acme = new AcmeFixture(settings, responder).start()) {
        assertEquals(first.leaf(), acme.next().leaf());
        assertNotEquals(first.leaf(), acme.next().leaf());
        assertEquals(Duration.ofHours(1), acme.time.awaitPauseLength());
        assertEquals(1, acme.manager.issued());
      }
    }
  }
}
