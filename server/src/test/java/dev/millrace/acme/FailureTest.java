package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.LogLines;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders that fail: counted, logged once, repeated, and the certificate in use stays. */
class FailureTest {
  private static final Duration LIFE = Duration.ofDays(90);

  @TempDir Path files;
  @TempDir Path state;
  private TestResponder responder;
  private Pebble pebble;
  private LogLines log;

  @BeforeEach
  void start() throws Exception {
    responder = new TestResponder();
    pebble = new Pebble(files, responder, LIFE.toSeconds());
    log = new LogLines("dev.millrace");
  }

  @AfterEach
  void stop() throws Exception {
    if (pebble != null) {
      pebble.close();
      log.close();
    }
    responder.close();
  }

  private AcmeFixture fixture(String names, String... more) throws Exception {
    return new AcmeFixture(
        AcmeFixture.settings(pebble, pebble.directory(), state, names, more), responder);
  }

  private static void assertAbout(Duration expected, Duration actual) {
    assertTrue(
        actual.compareTo(expected.multipliedBy(79).dividedBy(100)) > 0
            && actual.compareTo(expected.multipliedBy(121).dividedBy(100)) < 0,
        expected + " ± 20 %, but " + actual);
  }

  @Test
  void renewalSurvivesAnAuthorityThatIsDownAndForgetsAccounts() throws Exception {
    try (AcmeFixture acme = fixture("down.test").start()) {
      acme.next();
      acme.time.awaitPause();
      pebble.stop();
      acme.time.letRunUntil(acme.time.instant().plus(LIFE.multipliedBy(72).dividedBy(100)));
      // Long enough for many failures; each pause is about twice the one before, up to 6 hours.
      acme.time.awaitPause();
      assertTrue(acme.manager.failures() > 5, "" + acme.manager.failures());
      assertTrue(acme.manager.lastError().contains("cannot be reached"), acme.manager.lastError());
      assertEquals(1, log.with("no certificate for down.test"), "" + log.lines());
      assertTrue(acme.certificates.isEmpty());
      assertEquals(1, acme.manager.issued());

      pebble.restart();
      acme.time.letRunUntil(acme.time.awaitPause());
      acme.next();
      assertEquals(2, acme.manager.issued());
      assertEquals("", acme.manager.lastError());
      assertEquals(1, log.with("does not know the account any more"));
    }
  }

  @Test
  void pausesGrowFromAMinute() throws Exception {
    pebble.stop();
    try (AcmeFixture acme = fixture("first.test").start()) {
      Duration expected = Duration.ofMinutes(1);
      for (int failures = 1; failures < 6; failures++) {
        assertAbout(expected, acme.time.awaitPauseLength());
        assertEquals(failures, acme.manager.failures());
        expected = expected.multipliedBy(2);
        acme.time.step();
      }
      assertEquals(1, log.with("no certificate for first.test"), "" + log.lines());
      pebble.restart();
      acme.time.letRunUntil(acme.time.awaitPause());
      acme.next();
    }
  }

  @Test
  void theReasonOfAFailedChallengeIsLogged() throws Exception {
    responder.breakHttp(true);
    try (AcmeFixture acme = fixture("wrong.test", "acme-challenge=http-01").start()) {
      acme.time.awaitPause();
      assertEquals(1, acme.manager.failures());
      String reason = acme.manager.lastError();
      assertTrue(reason.startsWith("wrong.test: http-01: "), reason);
      assertTrue(reason.contains("urn:ietf:params:acme:error:unauthorized"), reason);
      assertEquals(1, log.with(reason));
      assertTrue(responder.isEmpty(), "the responses are removed");
      acme.time.step();
      assertEquals(2, acme.manager.failures());
      assertEquals(1, log.with("no certificate for"), "the same reason with another token");

      responder.breakHttp(false);
      acme.time.letRunUntil(acme.time.awaitPause());
      acme.next();
      assertEquals("", acme.manager.lastError());
    }
  }

  @Test
  void bothKindsAreNamedIfBothFail() throws Exception {
    responder.breakHttp(true);
    responder.breakTls(true);
    try (AcmeFixture acme = fixture("both.test").start()) {
      acme.time.awaitPause();
      String reason = acme.manager.lastError();
      assertTrue(reason.contains("both.test: tls-alpn-01: "), reason);
      assertTrue(reason.contains("both.test: http-01: "), reason);
      assertEquals(1, acme.manager.failures());
    }
  }

  @Test
  void aNameThatTheAuthorityRefusesIsNamed() throws Exception {
    try (AcmeFixture acme = fixture("blocked.test").start()) {
      acme.time.awaitPause();
      String reason = acme.manager.lastError();
      assertTrue(reason.contains("blocked.test"), reason);
      assertTrue(reason.contains("rejectedIdentifier"), reason);
    }
  }

  @Test
  void termsMustBeAgreedTo() throws Exception {
    try (AcmeFixture acme = fixture("terms.test", "acme-agree-tos=off").start()) {
      acme.time.awaitPause();
      String reason = acme.manager.lastError();
      assertTrue(reason.contains("acme-agree-tos must be on"), reason);
      assertTrue(reason.contains("Do%20what%20thou%20wilt"), reason);
    }
  }

  @Test
  void anUntrustedAuthorityIsRefused(@TempDir Path other) throws Exception {
    try (Pebble stranger = new Pebble(other, responder, LIFE.toSeconds());
        AcmeFixture acme = fixture("trust.test", "acme-ca=" + stranger.certificate()).start()) {
      acme.time.awaitPause();
      assertTrue(acme.manager.lastError().contains("SSL"), acme.manager.lastError());
    }
  }

  @Test
  void aRateLimitIsHonoured() throws Exception {
    try (AuthorityFront front = new AuthorityFront(pebble)) {
      front.rejectOrder(429, "7200", "rateLimited");
      front.rejectOrder(503, "3600", "serverInternal");
      try (AcmeFixture acme =
          new AcmeFixture(
                  AcmeFixture.settings(pebble, front.directory(), state, "limit.test"), responder)
              .start()) {
        assertEquals(Duration.ofHours(2), acme.time.awaitPauseLength());
        acme.time.letRunUntil(acme.time.awaitPause());
        assertEquals(Duration.ofHours(1), acme.time.awaitPauseLength());
        acme.time.letRunUntil(acme.time.awaitPause());
        acme.next();
        assertEquals(2, acme.manager.failures());
      }
    }
  }

  @Test
  void aDefectOfTheListenerDoesNotOrderAgain() throws Exception {
    SteppedTime time = new SteppedTime();
    try (AcmeManager manager =
        new AcmeManager(
            AcmeFixture.settings(pebble, pebble.directory(), state, "defect.test"),
            responder,
            (names, certificate) -> {
              throw new IllegalStateException("unusable");
            },
            time,
            time)) {
      manager.start();
      time.awaitPause();
      assertEquals(1, manager.issued());
      assertEquals(0, manager.failures());
      assertTrue(manager.lastError().contains("unusable"), manager.lastError());
      assertEquals(1, pebble.orders());
    }
  }

  @Test
  void closeEndsARequestThatHangs() throws Exception {
    try (AuthorityFront front = new AuthorityFront(pebble)) {
      front.holdOrder();
      try (AcmeFixture acme =
          new AcmeFixture(
                  AcmeFixture.settings(pebble, front.directory(), state, "hang.test"), responder)
              .start()) {
        front.awaitHeldOrder();
        acme.manager.close();
        assertFalse(isRunning());
        assertEquals(0, acme.manager.failures());
        assertEquals(0, log.with("has not ended"));
      }
    }
  }

  @Test
  void closeInTheMiddleOfAChallengeRemovesTheResponse() throws Exception {
    responder.holdTls();
    try (AcmeFixture acme = fixture("middle.test", "acme-challenge=tls-alpn-01").start()) {
      responder.awaitHeldTls();
      assertFalse(responder.isEmpty());
      acme.manager.close();
      assertFalse(isRunning());
      assertTrue(responder.isEmpty(), "the response is removed");
      assertEquals(0, acme.manager.failures());
    }
  }

  @Test
  void closeBeforeStartDoesNothing() throws Exception {
    fixture("never.test").manager.close();
    assertFalse(isRunning());
  }

  private static boolean isRunning() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("millrace-acme"));
  }
}
