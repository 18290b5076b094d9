package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every format that openssl and keytool write. */
class CertificateFilesTest {
  @TempDir static Path directory;

  private static Openssl openssl;
  private static Path ecKey;
  private static Path ecCert;
  private static Path rsaKey;
  private static Path rsaCert;
  private static Path password;

  @BeforeAll
  static void makeKeys() throws Exception {
    openssl = new Openssl(directory);
    ecKey = openssl.ecKey("ec.key");
    ecCert = openssl.selfSigned("ec.pem", ecKey, "/CN=ec", "DNS:ec.example");
    rsaKey = openssl.rsaKey("rsa.key");
    rsaCert = openssl.selfSigned("rsa.pem", rsaKey, "/CN=rsa", "DNS:rsa.example");
    password = openssl.text("password", "pass word ü\n");
  }

  @Test
  void pkcs8() throws Exception {
    ServerCertificate ec = CertificateFiles.load(ecCert, ecKey, null);
    assertEquals("EC", ec.keyType());
    assertEquals(List.of("ec.example"), ec.names());
    assertEquals(ecCert.toString(), ec.source());
    assertEquals(1, ec.chain().size());
    assertTrue(ec.notAfter().isAfter(Instant.now().plus(Duration.ofDays(29))));
    assertEquals(ecCert + " [ec.example]", ec.toString());
    Programs.Result fingerprint =
        Programs.run(
            "openssl", "x509", "-in", ecCert.toString(), "-noout", "-fingerprint", "-sha256");
    assertEquals("sha256 Fingerprint=" + ec.fingerprint(), fingerprint.out().strip());

    assertEquals("RSA", CertificateFiles.load(rsaCert, rsaKey, null).keyType());
  }

  @Test
  void ed25519() throws Exception {
    Path key = openssl.key("ed.key", "ED25519");
    Path cert = openssl.selfSigned("ed.pem", key, "/CN=ed", "DNS:ed.example");
    assertEquals("EdDSA", CertificateFiles.load(cert, key, null).keyType());
  }

  @Test
  void otherCurves() throws Exception {
    for (String curve : List.of("P-384", "P-521")) {
      Path key = openssl.key(curve + ".key", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve);
      Path cert = openssl.selfSigned(curve + ".pem", key, "/CN=ec", "DNS:ec.example");
      assertEquals("EC", CertificateFiles.load(cert, key, null).keyType());
    }
  }

  @Test
  void pkcs1() throws Exception {
    Path key = openssl.file("pkcs1.key");
    Openssl.run("rsa", "-in", rsaKey.toString(), "-traditional", "-out", key.toString());
    assertTrue(Files.readString(key).startsWith("-----BEGIN RSA PRIVATE KEY-----"));
    assertEquals("RSA", CertificateFiles.load(rsaCert, key, null).keyType());
  }

  @Test
  void sec1() throws Exception {
    Path key = openssl.file("sec1.key");
    Openssl.run("ec", "-in", ecKey.toString(), "-out", key.toString());
    assertTrue(Files.readString(key).startsWith("-----BEGIN EC PRIVATE KEY-----"));
    assertEquals("EC", CertificateFiles.load(ecCert, key, null).keyType());
  }

  @Test
  void sec1AfterItsParameters() throws Exception {
    Path key = openssl.file("parameters.key");
    Openssl.run("ecparam", "-name", "prime256v1", "-genkey", "-out", key.toString());
    assertTrue(Files.readString(key).startsWith("-----BEGIN EC PARAMETERS-----"));
    Path cert = openssl.selfSigned("parameters.pem", key, "/CN=ec", "DNS:ec.example");
    assertEquals("EC", CertificateFiles.load(cert, key, null).keyType());
  }

  /** A key without a curve has that of the block before it, or else that of the certificate. */
  @Test
  void sec1WithoutCurve() throws Exception {
    Path der = openssl.file("sec1.der");
    Openssl.run("ec", "-in", ecKey.toString(), "-outform", "der", "-out", der.toString());
    byte[] whole = Files.readAllBytes(der);
    // SEQUENCE { INTEGER 1, OCTET STRING of 32 bytes, [0] curve, [1] public key }
    byte[] bare = Arrays.copyOf(whole, 2 + 3 + 2 + 32);
    bare[1] = 3 + 2 + 32;
    String pem =
        "-----BEGIN EC PRIVATE KEY-----\n"
            + Base64.getEncoder().encodeToString(bare)
            + "\n-----END EC PRIVATE KEY-----\n";
    Path key = openssl.text("bare.key", pem);
    assertEquals("EC", CertificateFiles.load(ecCert, key, null).keyType());

    Path parameters = openssl.file("p384.parameters");
    Openssl.run("ecparam", "-name", "secp384r1", "-out", parameters.toString());
    Path wrong = openssl.text("wrong.key", Files.readString(parameters) + pem);
    assertTrue(
        BadCertificatesTest.message(() -> CertificateFiles.load(ecCert, wrong, null))
            .contains("does not belong"));
  }

  @Test
  void encryptedPkcs8() throws Exception {
    List<List<String>> ciphers =
        List.of(
            List.of("-v2", "aes-256-cbc"),
            List.of("-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"),
            List.of("-v2", "des3"),
            List.of("-scrypt"));
    for (List<String> cipher : ciphers) {
      Path key = openssl.file("encrypted.key");
      List<String> command =
          new ArrayList<>(
              List.of("pkcs8", "-topk8", "-in", rsaKey.toString(), "-out", key.toString()));
      command.addAll(List.of("-passout", "file:" + password));
      command.addAll(cipher);
      Openssl.run(command.toArray(String[]::new));
      assertTrue(Files.readString(key).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
      assertEquals("RSA", CertificateFiles.load(rsaCert, key, password).keyType(), "" + cipher);
    }
  }

  @Test
  void keyInTheSameFile() throws Exception {
    Path keyFirst = openssl.joined("key-first.pem", ecKey, ecCert);
    assertEquals("EC", CertificateFiles.load(keyFirst, null, null).keyType());
    Path keyLast = openssl.joined("key-last.pem", ecCert, ecKey);
    assertEquals("EC", CertificateFiles.load(keyLast, null, null).keyType());
    assertEquals("EC", CertificateFiles.load(keyLast, keyFirst, password).keyType());
  }

  @Test
  void textAroundBlocksIsIgnored() throws Exception {
    Path commented = openssl.file("commented.pem");
    Openssl.run("x509", "-in", ecCert.toString(), "-text", "-out", commented.toString());
    String windows =
        "\ufeff" + Files.readString(commented).replace("\n", "\r\n") + Files.readString(ecKey);
    Path file = openssl.text("windows.pem", windows);
    assertEquals("EC", CertificateFiles.load(file, null, null).keyType());
  }

  @Test
  void pkcs12OfOpenssl() throws Exception {
    Path store = openssl.file("openssl.store"); // recognised by content
    Openssl.run(
        "pkcs12",
        "-export",
        "-in",
        ecCert.toString(),
        "-inkey",
        ecKey.toString(),
        "-out",
        store.toString(),
        "-passout",
        "file:" + password);
    ServerCertificate loaded = CertificateFiles.load(store, null, password);
    assertEquals(List.of("ec.example"), loaded.names());
    assertEquals("EC", loaded.keyType());
  }

  @Test
  void pkcs12WithoutPassword() throws Exception {
    Path store = openssl.file("open.p12");
    Openssl.run(
        "pkcs12",
        "-export",
        "-in",
        rsaCert.toString(),
        "-inkey",
        rsaKey.toString(),
        "-out",
        store.toString(),
        "-passout",
        "pass:");
    assertEquals("RSA", CertificateFiles.load(store, null, null).keyType());
  }

  @Test
  void pkcs12OfKeytool() throws Exception {
    Path store = openssl.file("keytool.p12");
    Path ascii = openssl.text("ascii-password", "changeit");
    keytool(store, "only", "-keyalg", "RSA", "-keysize", "2048");
    ServerCertificate loaded = CertificateFiles.load(store, null, ascii);
    assertEquals("RSA", loaded.keyType());
    assertEquals(List.of("tool.example", "127.0.0.1"), loaded.names());
  }

  static void keytool(Path store, String alias, String... algorithm) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keypass",
                "changeit",
                "-keystore",
                store.toString(),
                "-dname",
                "CN=tool",
                "-ext",
                "san=dns:tool.example,ip:127.0.0.1"));
    command.addAll(List.of(algorithm));
    Programs.Result result = Programs.run(command.toArray(String[]::new));
    assertEquals(0, result.exitCode(), () -> result.out() + result.err());
  }

  @Test
  void chainWithIntermediate() throws Exception {
    Path rootKey = openssl.ecKey("root.key");
    Path root = openssl.certificate("root.pem", rootKey, "/CN=Root", "keyUsage=keyCertSign");
    Path middleKey = openssl.rsaKey("middle.key");
    Path middle =
        openssl.signed(
            "middle.pem",
            middleKey,
            "/CN=Middle",
            "basicConstraints=critical,CA:TRUE",
            root,
            rootKey);
    Path leaf =
        openssl.signed(
            "leaf.pem", ecKey, "/CN=leaf", "subjectAltName=DNS:leaf.example", middle, middleKey);
    Path chain = openssl.joined("chain.pem", leaf, middle);
    assertEquals(2, CertificateFiles.load(chain, ecKey, null).chain().size());
    Path withRoot = openssl.joined("with-root.pem", leaf, middle, root);
    ServerCertificate loaded = CertificateFiles.load(withRoot, ecKey, null);
    assertEquals(List.of("leaf.example"), loaded.names());
    assertEquals(3, loaded.chain().size());

    Path store = openssl.file("chain.p12");
    Openssl.run(
        "pkcs12",
        "-export",
        "-in",
        withRoot.toString(),
        "-inkey",
        ecKey.toString(),
        "-out",
        store.toString(),
        "-passout",
        "file:" + password);
    assertEquals(3, CertificateFiles.load(store, null, password).chain().size());
  }

  @Test
  void names() throws Exception {
    Path many =
        openssl.selfSigned(
            "many.pem",
            ecKey,
            "/CN=Ignored",
            "DNS:A.Example,DNS:*.Wild.Example,IP:192.0.2.1,IP:::1,email:x@a.example");
    assertEquals(
        List.of("a.example", "*.wild.example", "192.0.2.1", "0:0:0:0:0:0:0:1"),
        CertificateFiles.load(many, ecKey, null).names());
    Path old = openssl.certificate("old.pem", ecKey, "/CN=Old.Example", "keyUsage=keyCertSign");
    assertEquals(List.of("old.example"), CertificateFiles.load(old, ecKey, null).names());
  }

  @Test
  void secretsAreOverwritten() throws Exception {
    SecretBytes bytes = SecretBytes.read(ecKey);
    byte[] array = bytes.array();
    assertEquals(Files.size(ecKey), array.length);
    PemFile pem = PemFile.parse(array, ecKey);
    byte[] der = pem.blocks().getFirst().der().array();
    assertFalse(isZero(array) || isZero(der));
    pem.close();
    bytes.close();
    assertTrue(isZero(array) && isZero(der));
    Password secret = Password.read(password);
    char[] chars = secret.chars();
    assertEquals("pass word ü", new String(chars));
    secret.close();
    assertEquals("\0".repeat(11), new String(chars));
  }

  private static boolean isZero(byte[] bytes) {
    for (byte one : bytes) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }
}
