package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Selection by name and by the type of the key. */
class CertificateSetTest {
  private static final Predicate<String> ANY = type -> true;

  @TempDir static Path directory;

  private static Openssl openssl;
  private static Path ecKey;
  private static Path rsaKey;
  private static Path edKey;

  @BeforeAll
  static void makeKeys() throws Exception {
    openssl = new Openssl(directory);
    ecKey = openssl.ecKey("ec.key");
    rsaKey = openssl.rsaKey("rsa.key");
    edKey = openssl.key("ed.key", "ED25519");
  }

  private static ServerCertificate certificate(String source, Path key, String names)
      throws Exception {
    Path cert = openssl.selfSigned(source, key, "/CN=x", names);
    ServerCertificate loaded = CertificateFiles.load(cert, key, null);
    return new ServerCertificate(source, loaded.key(), loaded.chain());
  }

  private static void assertSelects(
      ServerCertificate expected, CertificateSet set, String name, Predicate<String> usable) {
    ServerCertificate selected = set.select(name, usable);
    assertEquals(
        expected == null ? null : expected.source(), selected == null ? null : selected.source());
  }

  private static Predicate<String> only(String... types) {
    return Set.of(types)::contains;
  }

  @Test
  void exactBeforeWildcardBeforeDefault() throws Exception {
    ServerCertificate first = certificate("first", rsaKey, "DNS:first.example");
    ServerCertificate wild = certificate("wild", ecKey, "DNS:*.wild.example,DNS:wild.example");
    ServerCertificate exact = certificate("exact", rsaKey, "DNS:exact.wild.example");
    CertificateSet set = new CertificateSet(List.of(first, wild, exact));

    assertSelects(first, set, "first.example", ANY);
    assertSelects(exact, set, "exact.wild.example", ANY);
    assertSelects(wild, set, "other.wild.example", ANY);
    assertSelects(wild, set, "wild.example", ANY);
    assertSelects(first, set, "unknown.example", ANY);
    assertSelects(first, set, null, ANY);
    assertSelects(first, set, "", ANY);
    assertSelects(first, set, ".", ANY);
    // Exactly one label.
    assertSelects(first, set, "a.b.wild.example", ANY);
    assertSelects(first, set, ".wild.example", ANY);
    assertSelects(first, set, "exact", ANY);
    assertEquals(List.of(first, wild, exact), set.all());
  }

  @Test
  void namesIgnoreCaseAndTrailingDot() throws Exception {
    ServerCertificate first = certificate("first", ecKey, "DNS:first.example");
    ServerCertificate mixed = certificate("mixed", ecKey, "DNS:Mixed.Example,DNS:*.Wild.Example");
    CertificateSet set = new CertificateSet(List.of(first, mixed));
    assertSelects(mixed, set, "mIXED.example", ANY);
    assertSelects(mixed, set, "mixed.example.", ANY);
    assertSelects(mixed, set, "A.WILD.example.", ANY);
  }

  @Test
  void ecdsaBeforeEd25519BeforeRsa() throws Exception {
    ServerCertificate rsa = certificate("rsa", rsaKey, "DNS:a.example");
    ServerCertificate ed = certificate("ed", edKey, "DNS:a.example");
    ServerCertificate ec = certificate("ec", ecKey, "DNS:a.example");
    CertificateSet set = new CertificateSet(List.of(rsa, ed, ec));
    for (String name : new String[] {"a.example", "unknown.example", null}) {
      assertSelects(ec, set, name, ANY);
      assertSelects(ed, set, name, only("EdDSA", "RSA"));
      assertSelects(rsa, set, name, only("RSA"));
      assertSelects(null, set, name, only());
    }
  }

  @Test
  void theNextLevelIfNoTypeIsUsable() throws Exception {
    ServerCertificate first = certificate("first", rsaKey, "DNS:first.example");
    ServerCertificate exact = certificate("exact", ecKey, "DNS:a.example.org");
    ServerCertificate wild = certificate("wild", edKey, "DNS:*.example.org");
    CertificateSet set = new CertificateSet(List.of(first, exact, wild));
    assertSelects(exact, set, "a.example.org", ANY);
    assertSelects(wild, set, "a.example.org", only("EdDSA", "RSA"));
    assertSelects(first, set, "a.example.org", only("RSA"));
    // Neither a name nor the default is usable: any.
    assertSelects(wild, set, "unknown.example", only("EdDSA"));
    assertSelects(exact, set, "unknown.example", only("EdDSA", "EC"));
    assertSelects(wild, set, "first.example", only("EdDSA"));
  }

  /** The default is the first certificate, and those with the same names in any order. */
  @Test
  void defaultsHaveTheNamesOfTheFirst() throws Exception {
    ServerCertificate first = certificate("first", rsaKey, "DNS:a.example,DNS:b.example");
    ServerCertificate part = certificate("part", ecKey, "DNS:a.example");
    ServerCertificate same = certificate("same", ecKey, "DNS:B.example,DNS:a.example");
    CertificateSet set = new CertificateSet(List.of(first, part, same));
    assertSelects(same, set, null, ANY);
    assertSelects(first, set, null, only("RSA"));
    assertSelects(part, set, "a.example", ANY); // equal: in the order of the set
    assertSelects(same, set, "b.example", ANY);
  }

  @Test
  void noCertificates() {
    assertNull(new CertificateSet(List.of()).select("a.example", ANY));
    assertNull(new CertificateSet(List.of()).select(null, ANY));
  }
}
