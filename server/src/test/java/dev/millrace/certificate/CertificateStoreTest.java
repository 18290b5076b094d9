package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.certificate.CertificateFiles.Location;
import dev.millrace.server.Await;
import dev.millrace.server.LogLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change while a store follows them. */
class CertificateStoreTest {
  @TempDir static Path made;

  private static long writes;
  private static Path[] keys;
  private static Path[] certs;

  @TempDir Path directory;
  private LogLines log;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Openssl openssl = new Openssl(made);
    keys = new Path[] {openssl.ecKey("0.key"), openssl.ecKey("1.key"), openssl.rsaKey("2.key")};
    certs = new Path[keys.length];
    for (int i = 0; i < keys.length; i++) {
      certs[i] =
          openssl.selfSigned(
              i + ".pem", keys[i], "/CN=" + i, "DNS:" + i + ".example,DNS:a.example");
    }
  }

  @BeforeEach
  void listen() {
    log = new LogLines("dev.millrace");
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  /** A pair of ordinary files with a certificate. */
  private Location files(int number) throws Exception {
    Location location = new Location(directory.resolve("cert"), directory.resolve("key"), null);
    write(certs[number], location.cert());
    write(keys[number], location.key());
    return location;
  }

  private static void write(Path from, Path to) throws Exception {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    // Two writes within one tick of the kernel's clock have the same time.
    Files.setLastModifiedTime(to, FileTime.from(Instant.EPOCH.plusSeconds(++writes)));
  }

  private static CertificateStore store(Location... locations) throws Exception {
    return new CertificateStore(List.of(locations), List.of());
  }

  private static void assertServes(int number, CertificateStore store) {
    assertEquals(List.of(number + ".example", "a.example"), store.all().getFirst().names());
    assertSame(store.all().getFirst(), store.current().select("a.example", type -> true));
  }

  private static void assertCounts(long reloads, long failures, CertificateStore store) {
    assertEquals(reloads, store.reloads());
    assertEquals(failures, store.reloadFailures());
  }

  @Test
  void unchangedFilesAreNotLoaded() throws Exception {
    CertificateStore store = store(files(0));
    ServerCertificate first = store.all().getFirst();
    for (int i = 0; i < 3; i++) {
      store.poll();
      store.reload();
    }
    assertSame(first, store.all().getFirst());
    assertCounts(0, 0, store);
    assertEquals(List.of(), log.lines());
  }

  @Test
  void aBadFileAtTheStartIsRefused() throws Exception {
    Location good = files(0);
    Location bad = new Location(good.cert(), keys[1], null);
    assertThrows(BadCertificateException.class, () -> store(bad));
  }

  @Test
  void aChangeIsLoadedOnceTwoPollsSeeTheSame() throws Exception {
    Location location = files(0);
    CertificateStore store = store(location);
    write(certs[1], location.cert());
    store.poll(); // between the two files
    write(keys[1], location.key());
    store.poll();
    assertServes(0, store);
    store.poll();
    assertServes(1, store);
    store.poll();
    assertCounts(1, 0, store);
    Instant until = store.all().getFirst().notAfter();
    assertEquals(
        List.of(
            "certificate "
                + location.cert()
                + " was loaded again: for 1.example, a.example, valid until "
                + until),
        log.lines());
  }

  @Test
  void reloadDoesNotWait() throws Exception {
    CertificateStore store = store(files(0));
    files(2);
    store.reload();
    assertServes(2, store);
    assertEquals("RSA", store.all().getFirst().keyType());
    assertCounts(1, 0, store);
  }

  @Test
  void aBadPairIsKeptOutAndReportedOnce() throws Exception {
    Location location = files(0);
    CertificateStore store = store(location);
    write(certs[1], location.cert());
    for (int i = 0; i < 5; i++) {
      store.poll();
    }
    store.reload();
    assertServes(0, store);
    assertCounts(0, 1, store);
    assertEquals(
        List.of(
            "a changed certificate was not loaded, the former one is kept: "
                + location.key()
                + ": the key does not belong to the certificate 'CN=1' in "
                + location.cert()
                + "; use the key for which the certificate was requested"),
        log.lines());

    Files.writeString(location.cert(), "-----BEGIN CERTIFICATE-----\n");
    for (int i = 0; i < 3; i++) {
      store.poll();
    }
    assertCounts(0, 2, store);
    assertEquals(1, log.with("has no END line"));

    Files.delete(location.cert());
    for (int i = 0; i < 3; i++) {
      store.poll();
    }
    assertServes(0, store);
    assertCounts(0, 3, store);
    assertEquals(1, log.with("the file does not exist"));

    files(1);
    store.poll();
    store.poll();
    assertServes(1, store);
    assertCounts(1, 3, store);
    assertEquals(4, log.lines().size());
  }

  /** The same file may be loaded later, as when a clock was wrong. */
  @Test
  void whatIsWrongNeedNotBeTheFile() throws Exception {
    Location location = files(0);
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    CertificateStore store =
        new CertificateStore(List.of(location), List.of(), (InstantSource) now::get);
    now.set(Instant.now().minus(Duration.ofDays(1)));
    files(1);
    for (int i = 0; i < 3; i++) {
      store.poll();
    }
    assertServes(0, store);
    assertCounts(0, 1, store);
    assertEquals(1, log.with("the certificate is not valid before"));
    now.set(Instant.now());
    store.poll();
    assertServes(1, store);
    assertCounts(1, 1, store);
  }

  /** A Secret's keys are links to ..data/KEY; ..data is a link that is replaced as a whole. */
  @Test
  void kubernetesSecret() throws Exception {
    secret("..2024_01", 0);
    Files.createSymbolicLink(directory.resolve("..data"), Path.of("..2024_01"));
    for (String name : List.of("tls.crt", "tls.key")) {
      Files.createSymbolicLink(directory.resolve(name), Path.of("..data", name));
    }
    CertificateStore store =
        store(new Location(directory.resolve("tls.crt"), directory.resolve("tls.key"), null));
    assertServes(0, store);

    secret("..2024_02", 1);
    Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2024_02"));
    Files.move(next, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (String name : List.of("tls.crt", "tls.key")) {
      Files.delete(directory.resolve("..2024_01").resolve(name));
    }
    store.poll();
    assertServes(0, store);
    store.poll();
    assertServes(1, store);
    assertCounts(1, 0, store);
  }

  private void secret(String name, int number) throws Exception {
    Path secret = Files.createDirectory(directory.resolve(name));
    write(certs[number], secret.resolve("tls.crt"));
    write(keys[number], secret.resolve("tls.key"));
  }

  /** certbot replaces one link after another; a pair that does not fit for long is reported. */
  @Test
  void certbotRenewal() throws Exception {
    Path archive = Files.createDirectories(directory.resolve("archive/site"));
    Path live = Files.createDirectories(directory.resolve("live/site"));
    for (int i = 0; i < 3; i++) {
      write(certs[i], archive.resolve("fullchain" + i + ".pem"));
      write(keys[i], archive.resolve("privkey" + i + ".pem"));
    }
    link(live.resolve("fullchain.pem"), "fullchain0.pem");
    link(live.resolve("privkey.pem"), "privkey0.pem");
    CertificateStore store =
        store(new Location(live.resolve("fullchain.pem"), live.resolve("privkey.pem"), null));

    link(live.resolve("privkey.pem"), "privkey1.pem");
    store.poll();
    link(live.resolve("fullchain.pem"), "fullchain1.pem");
    store.poll();
    store.poll();
    assertServes(1, store);
    assertCounts(1, 0, store);

    link(live.resolve("privkey.pem"), "privkey2.pem");
    store.poll();
    store.poll();
    assertServes(1, store);
    assertCounts(1, 1, store);
    link(live.resolve("fullchain.pem"), "fullchain2.pem");
    store.poll();
    store.poll();
    assertServes(2, store);
    assertCounts(2, 1, store);
  }

  private static void link(Path link, String target) throws Exception {
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of("../../archive/site", target));
  }

  @Test
  void onePairDoesNotHinderAnother() throws Exception {
    Location first = files(0);
    Path pem = directory.resolve("combined");
    Files.writeString(pem, Files.readString(certs[2]) + Files.readString(keys[2]));
    CertificateStore store = store(first, new Location(pem, null, null));
    Files.delete(first.key());
    Files.writeString(pem, Files.readString(certs[1]) + Files.readString(keys[1]));
    store.reload();
    assertServes(0, store);
    assertEquals(List.of("1.example", "a.example"), store.all().get(1).names());
    assertCounts(1, 1, store);
  }

  @Test
  void putReplacesTheSameSource() throws Exception {
    ServerCertificate fixed = SelfSigned.create(List.of("fixed.example"), Duration.ofDays(1));
    CertificateStore store = new CertificateStore(List.of(files(0)), List.of(fixed));
    CertificateSet before = store.current();
    assertEquals(2, store.all().size());
    ServerCertificate next = SelfSigned.create(List.of("next.example"), Duration.ofDays(1));
    store.put(next);
    assertSame(next, store.all().get(1));
    ServerCertificate acme = new ServerCertificate("acme:next.example", next.key(), next.chain());
    store.put(acme);
    assertEquals(3, store.all().size());
    assertSame(acme, store.all().getLast());
    assertServes(0, store);
    assertEquals(List.of(fixed), before.all().subList(1, 2)); // a snapshot
  }

  @Test
  void watching() throws Exception {
    Thread thread;
    try (CertificateStore store = store(files(0))) {
      store.watch(Duration.ofMillis(1));
      files(1);
      Await.until(() -> store.all().getFirst().names().getFirst().equals("1.example"));
      thread = watcher();
      assertTrue(thread.isDaemon());
    }
    thread.join();
  }

  private static Thread watcher() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(one -> one.getName().equals("millrace-certificates"))
        .findAny()
        .orElseThrow();
  }
}
