package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Self-signed certificates, as openssl reads them. */
class SelfSignedTest {
  @TempDir Path directory;

  @Test
  void isWhatOpensslExpects() throws Exception {
    Instant before = Instant.now();
    ServerCertificate made =
        SelfSigned.create(
            List.of("Files.example", "*.files.example", "192.0.2.7", "2001:db8::1"),
            Duration.ofDays(10));
    assertEquals("self-signed", made.source());
    assertEquals("EC", made.keyType());
    assertEquals(
        List.of("files.example", "*.files.example", "192.0.2.7", "2001:db8:0:0:0:0:0:1"),
        made.names());
    Instant from = made.leaf().getNotBefore().toInstant();
    assertTrue(from.isBefore(before.minus(Duration.ofMinutes(59))), "" + from);
    assertTrue(from.isAfter(before.minus(Duration.ofMinutes(61))), "" + from);
    Duration life = Duration.between(before, made.notAfter());
    assertEquals(10, life.plusMinutes(1).toDays());
    made.leaf().verify(made.leaf().getPublicKey());

    Path pem =
        Files.writeString(
            directory.resolve("self-signed.pem"),
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(made.leaf().getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    String text = Programs.run("openssl", "x509", "-in", "" + pem, "-noout", "-text").out();
    for (String expected :
        List.of(
            "Version: 3",
            "Signature Algorithm: ecdsa-with-SHA256",
            "Subject: CN = Files.example",
            "NIST CURVE: P-256",
            "TLS Web Server Authentication",
            "CA:FALSE",
            "DNS:files.example, DNS:*.files.example, IP Address:192.0.2.7, IP"
                + " Address:2001:DB8:0:0:0:0:0:1")) {
      assertTrue(text.contains(expected), () -> expected + " in " + text);
    }
    for (String host : List.of("files.example", "sub.files.example")) {
      assertEquals(0, verify(pem, "-verify_hostname", host), host);
    }
    assertEquals(0, verify(pem, "-verify_ip", "2001:db8::1"));
    assertEquals(2, verify(pem, "-verify_hostname", "other.example"));
  }

  private static int verify(Path pem, String option, String name) throws Exception {
    return Programs.run(
            "openssl",
            "verify",
            "-purpose",
            "sslserver",
            "-CAfile",
            "" + pem,
            option,
            name,
            "" + pem)
        .exitCode();
  }

  @Test
  void aNameThatIsNoCommonName() {
    String name = "a".repeat(60) + ".example";
    ServerCertificate made = SelfSigned.create(List.of(name), Duration.ofDays(1));
    assertEquals(List.of(name), made.names());
    assertEquals("CN=self-signed", made.leaf().getSubjectX500Principal().getName());
  }

  @Test
  void everyCertificateIsAnother() {
    ServerCertificate one = SelfSigned.create(List.of("localhost"), Duration.ofDays(1));
    ServerCertificate two = SelfSigned.create(List.of("localhost"), Duration.ofDays(1));
    assertTrue(!one.fingerprint().equals(two.fingerprint()));
    assertTrue(!one.leaf().getSerialNumber().equals(two.leaf().getSerialNumber()));
  }

  @Test
  void needsAName() {
    assertThrows(
        IllegalArgumentException.class, () -> SelfSigned.create(List.of(), Duration.ofDays(1)));
  }
}
