package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.certificate.Handshake.Client;
import java.net.Socket;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate that a client gets from JSSE with the key manager of a store. */
class HandshakeTest {
  private static final String ECDHE_ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
  private static final String ECDHE_RSA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
  private static final String ECDHE_ECDSA_CBC = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256";

  @TempDir static Path directory;

  private static Openssl openssl;
  private static Path ecKey;
  private static Path p384Key;
  private static Path rsaKey;
  private static Path edKey;

  @BeforeAll
  static void makeKeys() throws Exception {
    openssl = new Openssl(directory);
    ecKey = openssl.ecKey("ec.key");
    p384Key = openssl.key("p384.key", "EC", "-pkeyopt", "ec_paramgen_curve:P-384");
    rsaKey = openssl.rsaKey("rsa.key");
    edKey = openssl.key("ed.key", "ED25519");
  }

  private static ServerCertificate certificate(String name, Path key, String names)
      throws Exception {
    return CertificateFiles.load(openssl.selfSigned(name, key, "/CN=" + name, names), key, null);
  }

  private static CertificateStore store(ServerCertificate... certificates) throws Exception {
    return new CertificateStore(List.of(), List.of(certificates));
  }

  /** Its common name is its name in these tests. */
  private static String selected(CertificateStore store, Client client) throws Exception {
    return commonName(Handshake.run(store.keyManager(), client, null));
  }

  private static String commonName(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName().replace("CN=", "");
  }

  private static Client rsaIn13() {
    return Client.tls13().signatures("rsa_pss_rsae_sha256", "rsa_pkcs1_sha256");
  }

  private static Client ecIn13() {
    return Client.tls13().signatures("ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384");
  }

  @Test
  void ecdsaBeforeRsaInBothVersions() throws Exception {
    CertificateStore store =
        store(
            certificate("rsa", rsaKey, "DNS:a.example"), certificate("ec", ecKey, "DNS:a.example"));
    for (Client client : List.of(Client.tls12(), Client.tls13())) {
      assertEquals("ec", selected(store, client));
      assertEquals("ec", selected(store, client.name("a.example")));
      assertEquals("ec", selected(store, client.name("unknown.example")));
    }
    // The client's order does not matter.
    Client rsaFirst = Client.tls13().signatures("rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256");
    assertEquals("ec", selected(store, rsaFirst.name("a.example")));
    assertEquals("ec", selected(store, Client.tls12(ECDHE_RSA, ECDHE_ECDSA).name("a.example")));
  }

  @Test
  void clientsThatKnowOneType() throws Exception {
    CertificateStore store =
        store(
            certificate("rsa", rsaKey, "DNS:a.example"), certificate("ec", ecKey, "DNS:a.example"));
    for (String name : List.of("a.example", "unknown.example")) {
      assertEquals("rsa", selected(store, rsaIn13().name(name)));
      assertEquals("ec", selected(store, ecIn13().name(name)));
      // These clients offer the signatures of both types: the suites decide.
      assertEquals("rsa", selected(store, Client.tls12(ECDHE_RSA).name(name)));
      assertEquals("ec", selected(store, Client.tls12(ECDHE_ECDSA).name(name)));
      Client rsaOnly = Client.tls12(ECDHE_RSA, ECDHE_ECDSA).signatures("rsa_pkcs1_sha256");
      assertEquals("rsa", selected(store, rsaOnly.name(name)));
    }
  }

  @Test
  void aNameBeforeATypeThatIsFaster() throws Exception {
    CertificateStore store =
        store(
            certificate("default", ecKey, "DNS:default.example"),
            certificate("rsa", rsaKey, "DNS:rsa.example"));
    for (Client client : List.of(Client.tls12(), Client.tls13())) {
      assertEquals("rsa", selected(store, client.name("rsa.example")));
      assertEquals("default", selected(store, client.name("unknown.example")));
    }
    assertEquals("rsa", selected(store, Client.tls12(ECDHE_RSA, ECDHE_ECDSA).name("rsa.example")));
    // The default is not usable for these: any other certificate is better than none.
    assertEquals("rsa", selected(store, rsaIn13().name("default.example")));
    assertEquals("rsa", selected(store, Client.tls12(ECDHE_RSA).name("default.example")));
    // The name's certificate is not usable for this one.
    assertEquals("default", selected(store, ecIn13().name("rsa.example")));
  }

  @Test
  void wildcardsAndDefaults() throws Exception {
    CertificateStore store =
        store(
            certificate("default", rsaKey, "DNS:default.example"),
            certificate("wild", ecKey, "DNS:*.wild.example"),
            certificate("exact", rsaKey, "DNS:exact.wild.example"));
    for (Client client : List.of(Client.tls12(), Client.tls13())) {
      assertEquals("default", selected(store, client));
      assertEquals("exact", selected(store, client.name("Exact.wild.example")));
      assertEquals("wild", selected(store, client.name("any.wild.example")));
      assertEquals("default", selected(store, client.name("a.b.wild.example")));
    }
    // A level that has no usable certificate is passed over.
    assertEquals("wild", selected(store, ecIn13().name("exact.wild.example")));
    assertEquals("default", selected(store, rsaIn13().name("any.wild.example")));
    assertEquals("default", selected(store, Client.tls12(ECDHE_RSA).name("any.wild.example")));
  }

  @Test
  void ed25519() throws Exception {
    CertificateStore store =
        store(
            certificate("rsa", rsaKey, "DNS:a.example"), certificate("ed", edKey, "DNS:a.example"));
    assertEquals("ed", selected(store, Client.tls13().name("a.example")));
    assertEquals("ed", selected(store, Client.tls12().name("a.example")));
    assertEquals("ed", selected(store, Client.tls12(ECDHE_ECDSA).name("a.example")));
    assertEquals("rsa", selected(store, Client.tls12(ECDHE_RSA).name("a.example")));
    assertEquals("rsa", selected(store, rsaIn13()));
    Client noEd =
        Client.tls12(ECDHE_ECDSA, ECDHE_RSA)
            .signatures("ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256");
    assertEquals("rsa", selected(store, noEd));
  }

  /** A client may know ECDSA, but not the curve of the key. */
  @Test
  void curvesThatAClientDoesNotKnow() throws Exception {
    CertificateStore store =
        store(
            certificate("rsa", rsaKey, "DNS:a.example"),
            certificate("p384", p384Key, "DNS:a.example"));
    String[] schemes = {"ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"};
    for (Client client : List.of(Client.tls12(), Client.tls13())) {
      assertEquals("p384", selected(store, client));
      assertEquals("rsa", selected(store, client.signatures(schemes)));
    }
    assertEquals("rsa", selected(store, Client.tls12().groups("secp256r1")));
  }

  @Test
  void noUsableCertificate() throws Exception {
    CertificateStore store = store(certificate("rsa", rsaKey, "DNS:a.example"));
    for (Client client : List.of(ecIn13(), Client.tls12(ECDHE_ECDSA))) {
      assertThrows(SSLHandshakeException.class, () -> selected(store, client));
    }
    CertificateStore empty = store();
    assertThrows(SSLHandshakeException.class, () -> selected(empty, Client.tls13()));
  }

  /**
   * In TLS 1.2 JSSE does not reveal the client's suites, so a client that knows RSA's signatures
   * but offers no RSA suite is refused where its name has an RSA certificate only.
   */
  @Test
  void suitesWithoutTheTypeOfTheName() throws Exception {
    CertificateStore store =
        store(
            certificate("default", ecKey, "DNS:default.example"),
            certificate("rsa", rsaKey, "DNS:rsa.example"));
    assertThrows(
        SSLHandshakeException.class,
        () -> selected(store, Client.tls12(ECDHE_ECDSA).name("rsa.example")));
    assertEquals(
        "default",
        selected(
            store,
            Client.tls12(ECDHE_ECDSA).name("rsa.example").signatures("ecdsa_secp256r1_sha256")));
  }

  /** JSSE prefers RSA with GCM to ECDSA with CBC, and asks in this order. */
  @Test
  void suitesBeforeTypesInTls12() throws Exception {
    CertificateStore store =
        store(
            certificate("rsa", rsaKey, "DNS:a.example"), certificate("ec", ecKey, "DNS:a.example"));
    assertEquals("rsa", selected(store, Client.tls12(ECDHE_ECDSA_CBC, ECDHE_RSA)));
  }

  @Test
  void serversWithSomeSuites() throws Exception {
    CertificateStore store =
        store(
            certificate("rsa", rsaKey, "DNS:a.example"), certificate("ec", ecKey, "DNS:a.example"));
    SSLParameters server = new SSLParameters(new String[] {ECDHE_RSA}, new String[] {"TLSv1.2"});
    server.setUseCipherSuitesOrder(true);
    assertEquals("rsa", commonName(Handshake.run(store.keyManager(), Client.tls12(), server)));
    server.setCipherSuites(new String[] {ECDHE_ECDSA});
    assertEquals("ec", commonName(Handshake.run(store.keyManager(), Client.tls12(), server)));
  }

  @Test
  void challenges() throws Exception {
    ServerCertificate ordinary = certificate("ordinary", ecKey, "DNS:a.example");
    ServerCertificate challenge = certificate("challenge", ecKey, "DNS:a.example");
    CertificateStore store = store(ordinary);
    SSLParameters server = new SSLParameters();
    server.setUseCipherSuitesOrder(true);
    server.setApplicationProtocols(new String[] {"acme-tls/1", "http/1.1"});
    assertFalse(store.isChallenged("a.example"));
    store.challenge("A.example.", challenge);
    assertTrue(store.isChallenged("a.example"));
    assertTrue(store.isChallenged("a.EXAMPLE."));
    assertFalse(store.isChallenged("b.example"));
    for (Client client : List.of(Client.tls12(), Client.tls13())) {
      Client challenging = client.name("a.example").protocols("acme-tls/1");
      assertEquals("challenge", commonName(Handshake.run(store.keyManager(), challenging, server)));
      Client other = client.name("b.example").protocols("acme-tls/1");
      assertThrows(
          SSLHandshakeException.class, () -> Handshake.run(store.keyManager(), other, server));
      Client web = client.name("a.example").protocols("http/1.1");
      assertEquals("ordinary", commonName(Handshake.run(store.keyManager(), web, server)));
    }
    Client nameless = Client.tls13().protocols("acme-tls/1");
    assertThrows(
        SSLHandshakeException.class, () -> Handshake.run(store.keyManager(), nameless, server));
    store.challenge("a.example", null);
    assertFalse(store.isChallenged("a.example"));
    Client late = Client.tls13().name("a.example").protocols("acme-tls/1");
    assertThrows(
        SSLHandshakeException.class, () -> Handshake.run(store.keyManager(), late, server));
    assertEquals(List.of(ordinary), store.all());
  }

  /** JSSE asks for an alias, then for its key, then for its chain. */
  @Test
  void aliasesOutliveReplacements() throws Exception {
    CertificateStore store = store();
    ServerCertificate first = SelfSigned.create(List.of("a.example"), Duration.ofDays(1));
    store.put(first);
    X509ExtendedKeyManager manager = store.keyManager();
    String[] aliases = manager.getServerAliases("EC", null);
    assertEquals(1, aliases.length);
    assertNull(manager.getServerAliases("RSA", null));
    for (int i = 0; i < 64; i++) {
      store.put(SelfSigned.create(List.of("a.example"), Duration.ofDays(1)));
      assertEquals(first.key(), manager.getPrivateKey(aliases[0]));
      assertEquals(first.chain(), Arrays.asList(manager.getCertificateChain(aliases[0])));
    }
    assertEquals(1, store.all().size());
    store.put(SelfSigned.create(List.of("a.example"), Duration.ofDays(1)));
    assertNull(manager.getPrivateKey(aliases[0]));
    assertNull(manager.getCertificateChain(aliases[0]));
    String[] current = manager.getServerAliases("EC", null);
    assertEquals(store.all().getFirst().key(), manager.getPrivateKey(current[0]));
  }

  /** The certificate is replaced at every step of every handshake. */
  @Test
  void replacedDuringHandshakes() throws Exception {
    CertificateStore store = store(SelfSigned.create(List.of("a.example"), Duration.ofDays(1)));
    X509ExtendedKeyManager manager = store.keyManager();
    ServerCertificate[] some = new ServerCertificate[4];
    for (int i = 0; i < some.length; i++) {
      some[i] = SelfSigned.create(List.of("a.example"), Duration.ofDays(1));
    }
    var replacing =
        new DelegatingKeyManager(manager) {
          private int next;

          @Override
          void between() {
            store.put(some[next++ % some.length]);
          }
        };
    for (Client client : List.of(Client.tls12(), Client.tls13())) {
      for (int i = 0; i < 8; i++) {
        assertNotNull(Handshake.run(replacing, client.name("a.example"), null));
      }
    }
  }

  /** Outside of a handshake there is nothing to choose by; a server has no client certificate. */
  @Test
  void questionsWithoutHandshake() throws Exception {
    CertificateStore store = store(SelfSigned.create(List.of("a.example"), Duration.ofDays(1)));
    X509ExtendedKeyManager manager = store.keyManager();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    SSLEngine engine = context.createSSLEngine();
    assertNull(manager.chooseServerAlias("EC", null, null));
    assertNull(manager.chooseEngineClientAlias(new String[] {"EC"}, null, engine));
    assertNull(manager.chooseClientAlias(new String[] {"EC"}, null, null));
    assertNull(manager.getClientAliases("EC", null));
    assertNull(manager.getPrivateKey("unknown"));
  }

  private static ServerCertificate named(String source, ServerCertificate certificate) {
    return new ServerCertificate(source, certificate.key(), certificate.chain());
  }

  /** JSSE asks without a handshake session when it restores the session of a ticket. */
  @Test
  void theNameOfTheEngineSelectsWhenATicketIsRestored() throws Exception {
    CertificateStore store =
        store(
            SelfSigned.create(List.of("a.example"), Duration.ofDays(1)),
            named("b", SelfSigned.create(List.of("b.example"), Duration.ofDays(1))));
    X509ExtendedKeyManager manager = store.keyManager();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    for (String name : List.of("a.example", "b.example")) {
      String alias = manager.chooseEngineServerAlias("EC", null, context.createSSLEngine(name, 0));
      assertEquals(
          "CN=" + name, manager.getCertificateChain(alias)[0].getSubjectX500Principal().getName());
      assertNull(manager.chooseEngineServerAlias("RSA", null, context.createSSLEngine(name, 0)));
    }
    String unnamed = manager.chooseEngineServerAlias("EC", null, context.createSSLEngine());
    assertEquals(
        manager.chooseEngineServerAlias("EC", null, context.createSSLEngine("a.example", 0)),
        unnamed);
  }

  private abstract static class DelegatingKeyManager extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager to;

    DelegatingKeyManager(X509ExtendedKeyManager to) {
      this.to = to;
    }

    abstract void between();

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
      String alias = to.chooseEngineServerAlias(keyType, issuers, engine);
      between();
      return alias;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      PrivateKey key = to.getPrivateKey(alias);
      between();
      return key;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return to.getCertificateChain(alias);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return null;
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return null;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return null;
    }
  }
}
