package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcmeSettingsTest {
  @TempDir Path state;

  private AcmeSettings settings(String... pairs) throws SettingsException {
    var values = new java.util.HashMap<String, String>(Map.of("acme", "www.example.org"));
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1]);
    }
    return AcmeSettings.of(AcmeFixture.load(values), state);
  }

  private String wrong(String... pairs) {
    return assertThrows(SettingsException.class, () -> settings(pairs)).getMessage();
  }

  @Test
  void theDefaultsAreLetsEncryptAndBothChallenges() throws Exception {
    AcmeSettings settings = settings();
    assertEquals(
        URI.create("https://acme-v02.api.letsencrypt.org/directory"), settings.directory());
    assertEquals(List.of(ChallengeKind.TLS_ALPN_01, ChallengeKind.HTTP_01), settings.challenges());
    assertEquals(List.of(), settings.trustAnchors());
    assertNull(settings.email());
    assertNull(settings.http01Folder());
    assertTrue(!settings.agreesToTerms());
  }

  @Test
  void withoutNamesThereIsNothing() throws Exception {
    assertNull(AcmeSettings.of(AcmeFixture.load(Map.of()), null));
  }

  @Test
  void namesAreInLowerCaseAndDistinct() throws Exception {
    assertEquals(
        List.of("www.example.org", "xn--bcher-kva.example", "localhost"),
        settings("acme", "WWW.Example.org, www.example.org,xn--bcher-kva.example,localhost")
            .names());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a_b.example",
        "-a.example",
        "a-.example",
        "a..example",
        "a.example.",
        "bücher.example",
        "a b.example",
        "http://a.example",
        "a.example/b",
        "0123456789012345678901234567890123456789012345678901234567890123.example"
      })
  void otherTextIsNoName(String name) {
    assertTrue(wrong("acme", name).contains("is not a DNS name"), wrong("acme", name));
  }

  @Test
  void longNamesAreRefused() {
    assertTrue(wrong("acme", "a.".repeat(127) + "a").contains("is not a DNS name"));
  }

  @ParameterizedTest
  @CsvSource({
    "*.example.org, wildcard",
    "192.0.2.1, IP address",
    "2001:db8::1, IP address",
    "[::1], IP address"
  })
  void wildcardsAndAddressesAreRefusedWithTheReason(String name, String reason) {
    assertTrue(wrong("acme", name).contains(reason), wrong("acme", name));
  }

  @Test
  void stateIsRequired() {
    String message =
        assertThrows(
                SettingsException.class,
                () -> AcmeSettings.of(AcmeFixture.load(Map.of("acme", "a.example")), null))
            .getMessage();
    assertTrue(message.contains("acme: requires state"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://a.example/dir", "acme://letsencrypt.org", "https:", "a b", "dir"})
  void theDirectoryIsAnHttpsUrl(String url) {
    assertTrue(wrong("acme-directory", url).contains("is not an https:// URL"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"me", "@a.example", "me@", "a@b.example,c@b.example", "a@b.example?cc=c"})
  void anAddressHasOneAtSign(String address) {
    assertTrue(wrong("acme-email", address).contains("is not an e-mail address"));
  }

  @Test
  void challengesAreNamed() throws Exception {
    assertEquals(
        List.of(ChallengeKind.HTTP_01), settings("acme-challenge", "http-01").challenges());
    assertEquals(
        List.of(ChallengeKind.TLS_ALPN_01), settings("acme-challenge", "tls-alpn-01").challenges());
    assertTrue(wrong("acme-challenge", "dns-01").contains("auto, tls-alpn-01, http-01"));
  }

  @Test
  void trustAnchorsAreReadFromAFile(@TempDir Path files) throws Exception {
    Path missing = files.resolve("missing.pem");
    assertTrue(wrong("acme-ca", missing.toString()).contains("cannot be read"));
    Path empty = Files.createFile(files.resolve("empty.pem"));
    assertTrue(wrong("acme-ca", empty.toString()).contains("contains no certificate"));
    Path text = Files.writeString(files.resolve("text.pem"), "not a certificate");
    assertTrue(wrong("acme-ca", text.toString()).contains("acme-ca: " + text));
    var key = Keys.generate();
    var certificate = TlsAlpn01Certificate.of(key, "a.example", new byte[32]);
    Path two = files.resolve("two.pem");
    Files.write(two, new PemFile().add(List.of(certificate, certificate)).bytes());
    assertEquals(2, settings("acme-ca", two.toString()).trustAnchors().size());
  }

  @Test
  void theSharedDirectoryMustExist(@TempDir Path files) throws Exception {
    assertEquals(files, settings("acme-http-01-folder", files.toString()).http01Folder());
    String missing = files.resolve("missing").toString();
    assertTrue(wrong("acme-http-01-folder", missing).contains("is not a directory"));
  }
}
