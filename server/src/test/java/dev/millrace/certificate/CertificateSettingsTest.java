package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.certificate.CertificateFiles.Location;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings that name certificates. */
class CertificateSettingsTest {
  @TempDir Path directory;

  private static Location location(String cert, String key, String password) {
    return new Location(
        Path.of(cert),
        key == null ? null : Path.of(key),
        password == null ? null : Path.of(password));
  }

  private List<Location> load(String yaml, String... flags) throws Exception {
    Map<String, List<String>> values = new HashMap<>();
    for (String flag : flags) {
      String[] parts = flag.split("=");
      values.merge(
          parts[0], List.of(parts[1]), (some, more) -> List.of(some.getFirst(), more.getFirst()));
    }
    Path config = Files.writeString(directory.resolve("millrace.yaml"), yaml);
    return CertificateSettings.of(
        SettingsLoader.load(
            CertificateSettings.KEYS,
            CertificateSettings.STRUCTURED,
            new SettingsLoader.Flags(values, config),
            Map.of()));
  }

  private void assertRefused(String message, String yaml, String... flags) {
    String actual = assertThrows(SettingsException.class, () -> load(yaml, flags)).getMessage();
    assertEquals(message, actual.replace(directory + "/", ""));
  }

  @Test
  void none() throws Exception {
    assertEquals(List.of(), load(""));
    assertEquals(List.of(), load("certificates:"));
  }

  @Test
  void flagsInPairs() throws Exception {
    assertEquals(
        List.of(location("a", "k", null), location("b", "l", null)),
        load("", "tls-cert=a", "tls-key=k", "tls-cert=b", "tls-key=l"));
    assertEquals(
        List.of(location("a", "k", null), location("b", "l", null)),
        load("tls-cert: [a, b]\ntls-key: k,l"));
  }

  @Test
  void certificatesWithTheirKeysInThem() throws Exception {
    assertEquals(
        List.of(location("a.p12", null, "p"), location("b.p12", null, "p")),
        load("", "tls-cert=a.p12", "tls-cert=b.p12", "tls-password-file=p"));
    assertEquals(
        List.of(location("a.p12", null, "p"), location("b.p12", null, "q")),
        load("", "tls-cert=a.p12,b.p12", "tls-password-file=p,q"));
  }

  @Test
  void structured() throws Exception {
    assertEquals(
        List.of(
            location("flag", null, null),
            location("a", "k", null),
            location("b.p12", null, "p"),
            location("c", null, null)),
        load(
            """
            certificates:
              - cert: a
                key: k
              - cert: b.p12
                password-file: p
              - {cert: c}
            """,
            "tls-cert=flag"));
  }

  @Test
  void refused() {
    assertRefused(
        "--tls-key: there must be one for each of the 2 tls-cert, in their order, or none if those"
            + " have their keys in them; there are 1",
        "",
        "tls-cert=a,b",
        "tls-key=k");
    assertRefused(
        "--tls-key: there must be one for each of the 0 tls-cert, in their order, or none if those"
            + " have their keys in them; there are 1",
        "",
        "tls-key=k");
    assertRefused(
        "--tls-password-file: there must be one for each of the 0 tls-cert, in their order, or one"
            + " for all; there are 1",
        "",
        "tls-password-file=p");
    assertRefused(
        "--tls-password-file: there must be one for each of the 3 tls-cert, in their order, or one"
            + " for all; there are 2",
        "",
        "tls-cert=a,b,c",
        "tls-password-file=p,q");
    assertRefused("--tls-cert: 'a' is there twice", "", "tls-cert=a,a");
    assertRefused(
        "millrace.yaml: certificates[0]: 'a' is there twice",
        "certificates: [{cert: a}]",
        "tls-cert=a");
    assertRefused("millrace.yaml: certificates[0]: 'cert' is missing", "certificates: [{key: k}]");
    assertRefused(
        "millrace.yaml: certificates[0]: unknown key 'chain'; allowed: cert, key, password-file",
        "certificates: [{chain: c}]");
    assertRefused(
        "millrace.yaml: certificates: a map of keys and values is expected", "certificates: a.pem");
  }
}
