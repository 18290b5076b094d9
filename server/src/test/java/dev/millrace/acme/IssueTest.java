package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates from Pebble: issued by each kind of challenge, stored, and loaded again. */
class IssueTest {
  private static final long LIFE_SECONDS = 90L * 86_400;

  @TempDir static Path files;
  private static TestResponder responder;
  private static Pebble pebble;

  @TempDir Path state;

  @BeforeAll
  static void start() throws Exception {
    responder = new TestResponder();
    pebble = new Pebble(files, responder, LIFE_SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    if (pebble != null) {
      pebble.close();
    }
    responder.close();
  }

  @AfterEach
  void mend() {
    responder.breakTls(false);
    responder.breakHttp(false);
    responder.serveFrom(null);
    responder.forget();
  }

  private AcmeFixture fixture(String names, String... more) throws Exception {
    return new AcmeFixture(
        AcmeFixture.settings(pebble, pebble.directory(), state, names, more), responder);
  }

  private static void assertIssued(IssuedCertificate issued, Set<String> names) throws Exception {
    assertEquals(names, issued.dnsNames());
    assertEquals(issued.leaf().getPublicKey(), issued.keyPair().getPublic());
    assertTrue(Keys.match(issued.keyPair().getPrivate(), issued.leaf().getPublicKey()));
    assertEquals(
        256, ((ECPublicKey) issued.leaf().getPublicKey()).getParams().getOrder().bitLength());
    List<X509Certificate> chain = issued.chain();
    assertTrue(chain.size() > 1, "with the issuer");
    chain.get(0).verify(chain.get(1).getPublicKey());
  }

  @Test
  void http01ProvesAllNamesOfOneCertificate() throws Exception {
    try (AcmeFixture acme =
        fixture("one.test,two.test", "acme-challenge=http-01", "acme-email=hostmaster@one.test")
            .start()) {
      assertIssued(acme.next(), Set.of("one.test", "two.test"));
      acme.time.awaitPause();
      assertEquals(Set.of("http-01"), Set.copyOf(responder.asked()));
      assertTrue(responder.isEmpty(), "the responses are removed");
      assertEquals(1, acme.manager.issued());
      assertEquals(0, acme.manager.failures());
      assertEquals("", acme.manager.lastError());
    }
  }

  @Test
  void anotherReplicaRespondsFromTheSharedDirectory(@TempDir Path shared) throws Exception {
    responder.serveFrom(shared);
    try (AcmeFixture acme =
        fixture("shared.test", "acme-challenge=http-01", "acme-http-01-folder=" + shared).start()) {
      assertIssued(acme.next(), Set.of("shared.test"));
      try (var left = Files.list(shared)) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void tlsAlpn01ProvesAllNamesOfOneCertificate() throws Exception {
    try (AcmeFixture acme =
        fixture("tls-one.test,tls-two.test", "acme-challenge=tls-alpn-01").start()) {
      assertIssued(acme.next(), Set.of("tls-one.test", "tls-two.test"));
      assertEquals(Set.of("tls-alpn-01"), Set.copyOf(responder.asked()));
      assertTrue(responder.isEmpty(), "the responses are removed");
    }
  }

  @Test
  void autoUsesHttp01WhereTlsAlpn01Fails() throws Exception {
    responder.breakTls(true);
    try (AcmeFixture acme = fixture("auto.test").start()) {
      assertIssued(acme.next(), Set.of("auto.test"));
      assertTrue(responder.asked().contains("tls-alpn-01"));
      assertTrue(responder.asked().contains("http-01"));
      assertEquals(0, acme.manager.failures());
    }
  }

  @Test
  void aRestartLoadsTheCertificateWithoutAnOrder() throws Exception {
    IssuedCertificate first;
    try (AcmeFixture acme = fixture("restart.test").start()) {
      first = acme.next();
    }
    long orders = pebble.orders();
    try (AcmeFixture acme = fixture("restart.test").start()) {
      IssuedCertificate loaded = acme.certificates.poll(); // before start returned
      assertEquals(first.chain(), loaded.chain());
      assertEquals(first.keyPair().getPrivate(), loaded.keyPair().getPrivate());
      acme.time.awaitPause();
      assertEquals(0, acme.manager.issued());
      assertEquals(orders, pebble.orders());
    }
  }

  @Test
  void otherNamesAreOrderedWithTheSameAccount() throws Exception {
    try (AcmeFixture acme = fixture("before.test").start()) {
      acme.next();
    }
    String account = Files.readString(file("account.pem"));
    try (AcmeFixture acme = fixture("before.test,after.test").start()) {
      assertIssued(acme.next(), Set.of("before.test", "after.test"));
      assertEquals(1, acme.manager.issued());
    }
    assertEquals(account, Files.readString(file("account.pem")));
  }

  @Test
  void aChangedAddressIsSentToTheAuthority() throws Exception {
    try (AcmeFixture acme = fixture("mail.test", "acme-email=old@mail.test").start()) {
      acme.next();
    }
    Files.delete(file("certificate.pem"));
    String before = PemFile.read(file("account.pem")).field("Location");
    try (AcmeFixture acme = fixture("mail.test", "acme-email=new@mail.test").start()) {
      acme.next();
    }
    PemFile account = PemFile.read(file("account.pem"));
    assertEquals("new@mail.test", account.field("Contact"));
    assertEquals(before, account.field("Location"));
  }

  @Test
  void onlyTheOwnerMayReadTheFiles() throws Exception {
    try (AcmeFixture acme = fixture("mode.test").start()) {
      acme.next();
    }
    for (String name : List.of("account.pem", "certificate.pem")) {
      assertEquals("rw-------", mode(file(name)));
    }
    assertEquals("rwx------", mode(state.resolve("acme")));
    assertEquals("rwx------", mode(file("account.pem").getParent()));
  }

  @Test
  void damagedFilesAreIgnoredAndReplaced() throws Exception {
    IssuedCertificate first;
    try (AcmeFixture acme = fixture("damaged.test").start()) {
      first = acme.next();
    }
    for (String name : List.of("account.pem", "certificate.pem")) {
      byte[] whole = Files.readAllBytes(file(name));
      Files.write(file(name), java.util.Arrays.copyOf(whole, whole.length / 2));
    }
    try (LogLines log = new LogLines("dev.millrace");
        AcmeFixture acme = fixture("damaged.test").start()) {
      IssuedCertificate second = acme.next();
      assertNotEquals(first.leaf(), second.leaf());
      assertNotEquals(first.keyPair().getPrivate(), second.keyPair().getPrivate());
      assertEquals(1, log.with("account.pem is ignored"));
      assertEquals(1, log.with("certificate.pem is ignored"));
      assertEquals(1, acme.manager.issued());
    }
    try (AcmeFixture acme = fixture("damaged.test").start()) {
      assertFalse(acme.certificates.isEmpty(), "the new files are whole");
    }
  }

  @Test
  void anOutdatedCertificateIsNotUsed() throws Exception {
    try (AcmeFixture acme = fixture("outdated.test").start()) {
      acme.next();
    }
    AcmeFixture later = fixture("outdated.test");
    later.time.letRunUntil(later.time.instant().plusSeconds(LIFE_SECONDS));
    later.time.until(later.time.instant().plusSeconds(LIFE_SECONDS));
    try (later) {
      later.start();
      later.next();
      assertEquals(1, later.manager.issued());
    }
  }

  private Path file(String name) throws IOException {
    try (var all = Files.walk(state.resolve("acme"))) {
      return all.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
