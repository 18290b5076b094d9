package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.LogLines;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeStoreTest {
  private static final URI DIRECTORY = URI.create("https://acme.example/dir");

  @TempDir Path state;
  private AcmeStore store;
  private final KeyPair key = Keys.generate();
  private final IssuedCertificate certificate =
      new IssuedCertificate(
          key,
          List.of(
              TlsAlpn01Certificate.of(key, "a.example", new byte[32]),
              TlsAlpn01Certificate.of(Keys.generate(), "issuer.example", new byte[32])));

  @BeforeEach
  void prepare() throws IOException {
    store = new AcmeStore(state, DIRECTORY);
    store.prepare();
  }

  private StoredAccount account() throws IOException {
    return new StoredAccount(key, URI.create("https://acme.example/account/1").toURL(), "a@b.c");
  }

  private Path file(String name) throws IOException {
    try (var all = Files.walk(state)) {
      return all.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
    }
  }

  @Test
  void anEmptyStoreHasNothing() {
    try (LogLines log = new LogLines("dev.millrace")) {
      assertNull(store.account());
      assertNull(store.certificate());
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void whatWasSavedIsLoaded() throws Exception {
    store.save(account());
    store.save(certificate);
    StoredAccount account = new AcmeStore(state, DIRECTORY).account();
    assertEquals(key.getPrivate(), account.key().getPrivate());
    assertEquals(key.getPublic(), account.key().getPublic());
    assertEquals(account().location().toString(), account.location().toString());
    assertEquals("a@b.c", account.email());
    IssuedCertificate loaded = new AcmeStore(state, DIRECTORY).certificate();
    assertEquals(certificate.chain(), loaded.chain());
    assertEquals(key.getPrivate(), loaded.keyPair().getPrivate());
  }

  @Test
  void anotherAuthorityHasItsOwnFiles() throws Exception {
    store.save(account());
    store.save(certificate);
    for (String other : List.of("https://acme.example/other", "https://b.example/dir")) {
      AcmeStore stranger = new AcmeStore(state, URI.create(other));
      stranger.prepare();
      assertNull(stranger.account());
      assertNull(stranger.certificate());
    }
  }

  @Test
  void copiedFilesOfAnotherAuthorityAreIgnored() throws Exception {
    AcmeStore stranger = new AcmeStore(state, URI.create("https://b.example/dir"));
    stranger.prepare();
    stranger.save(account());
    stranger.save(certificate);
    store.save(account());
    store.save(certificate);
    Path own;
    Path foreign;
    try (var folders = Files.list(state.resolve("acme"))) {
      List<Path> both = folders.sorted().toList();
      own = both.get(0);
      foreign = both.get(1);
    }
    for (String name : List.of("account.pem", "certificate.pem")) {
      Files.write(own.resolve(name), Files.readAllBytes(foreign.resolve(name)));
    }
    try (LogLines log = new LogLines("dev.millrace")) {
      assertNull(store.account());
      assertNull(store.certificate());
      assertEquals(2, log.with("does not belong to https://acme.example/dir"));
    }
  }

  @Test
  void noDamageIsMistakenForAKeyOrACertificate() throws Exception {
    store.save(account());
    store.save(certificate);
    Random random = new Random(1);
    byte[] whole = Files.readAllBytes(file("certificate.pem"));
    for (int cut = 0; cut < whole.length - 1; cut += 1 + random.nextInt(16)) {
      Files.write(file("certificate.pem"), Arrays.copyOf(whole, cut));
      assertNull(store.certificate(), "" + cut);
    }
    byte[] account = Files.readAllBytes(file("account.pem"));
    for (int cut = 0; cut < account.length - 1; cut += 1 + random.nextInt(16)) {
      Files.write(file("account.pem"), Arrays.copyOf(account, cut));
      assertNull(store.account(), "" + cut);
    }
    for (int round = 0; round < 200; round++) {
      byte[] flipped = account.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 + random.nextInt(255));
      Files.write(file("account.pem"), flipped);
      StoredAccount loaded = store.account();
      if (loaded != null) {
        assertEquals(key.getPrivate(), loaded.key().getPrivate());
      }
    }
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() throws Exception {
    store.save(new IssuedCertificate(Keys.generate(), certificate.chain()));
    try (LogLines log = new LogLines("dev.millrace")) {
      assertNull(store.certificate());
      assertEquals(1, log.with("the key does not match the certificate"));
    }
  }

  @Test
  void filesAndDirectoriesArePrivateWhateverTheyWere() throws Exception {
    var open = PosixFilePermissions.fromString("rwxrwxrwx");
    Files.setPosixFilePermissions(state.resolve("acme"), open);
    store.prepare();
    store.save(account());
    Files.setPosixFilePermissions(file("account.pem"), open);
    store.save(account());
    assertEquals("rw-------", mode(file("account.pem")));
    assertEquals("rwx------", mode(file("account.pem").getParent()));
    assertEquals("rwx------", mode(state.resolve("acme")));
  }

  @Test
  void whatAKilledWriterLeftIsReplaced() throws Exception {
    store.save(account());
    Path temporary = file("account.pem").resolveSibling(".account.pem.tmp");
    Files.writeString(temporary, "half");
    store.save(account());
    assertFalse(Files.exists(temporary));
    assertEquals("a@b.c", store.account().email());
  }

  @Test
  void anInterruptDoesNotLoseACertificate() throws Exception {
    Thread.currentThread().interrupt();
    store.save(certificate);
    assertTrue(Thread.interrupted(), "the interrupt is kept");
    assertEquals(certificate.leaf(), store.certificate().leaf());
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
