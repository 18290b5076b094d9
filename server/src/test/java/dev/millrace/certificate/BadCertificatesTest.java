package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.certificate.CertificateFiles.Location;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be used: every message names the file, the problem and the cure. */
class BadCertificatesTest {
  @TempDir static Path directory;

  private static Openssl openssl;
  private static Path ecKey;
  private static Path ecCert;
  private static Path password;

  @BeforeAll
  static void makeKeys() throws Exception {
    openssl = new Openssl(directory);
    ecKey = openssl.ecKey("ec.key");
    ecCert = openssl.selfSigned("ec.pem", ecKey, "/CN=ec", "DNS:ec.example");
    password = openssl.text("password", "correct\n");
  }

  static String message(Executable load) {
    return assertThrows(BadCertificateException.class, load).getMessage();
  }

  /** Loading must fail with a message that begins with the file to change. */
  static void assertBad(Path wrong, String problem, Path cert, Path key, Path passwordFile) {
    assertEquals(
        wrong + ": " + problem, message(() -> CertificateFiles.load(cert, key, passwordFile)));
  }

  @Test
  void fileMissing() {
    Path missing = openssl.file("missing");
    assertBad(missing, "the file does not exist; check the path", missing, ecKey, null);
    assertBad(missing, "the file does not exist; check the path", ecCert, missing, null);
  }

  @Test
  void fileUnreadable() throws Exception {
    Path under = ecCert.resolve("file");
    assertBad(
        under, "the file cannot be read: Not a directory; check the path", under, ecKey, null);
    Path loop = openssl.file("loop");
    Files.createSymbolicLink(loop, loop);
    assertBad(
        loop,
        "the file cannot be read: Too many levels of symbolic links or unable to access attributes"
            + " of symbolic link; check the path",
        loop,
        ecKey,
        null);
    // Tests may run as root, who may read everything.
    assertEquals(
        ecKey
            + ": the file cannot be read; give the user '"
            + System.getProperty("user.name")
            + "' permission to read it",
        SecretBytes.unreadable(ecKey, new AccessDeniedException("")).getMessage());
  }

  @Test
  void fileOfTheWrongKind() throws Exception {
    assertBad(directory, "this is a directory; name the file in it", directory, ecKey, null);
    Path device = Path.of("/dev/zero");
    assertBad(
        device,
        "this is not a regular file, so it cannot be read again when it changes; name a regular"
            + " file",
        device,
        ecKey,
        null);
  }

  @Test
  void fileEmptyOrTooLarge() throws Exception {
    Path empty = openssl.text("empty", "");
    assertBad(empty, "the file is empty; copy it again", empty, ecKey, null);
    assertBad(empty, "the file is empty; copy it again", ecCert, empty, null);
    Path large = openssl.text("large", "x".repeat((1 << 20) + 1));
    assertBad(
        large,
        "the file is larger than 1 MiB, so it is neither a certificate nor a key; name another"
            + " file",
        large,
        ecKey,
        null);
    Path largest = openssl.file("largest");
    Files.writeString(largest, Files.readString(ecCert));
    Files.writeString(
        largest, "\n".repeat((int) ((1 << 20) - Files.size(largest))), StandardOpenOption.APPEND);
    assertEquals(1 << 20, Files.size(largest));
    assertEquals("EC", CertificateFiles.load(largest, ecKey, null).keyType());
  }

  @Test
  void noCertificate() {
    assertBad(
        ecKey,
        "the file has no certificate; it must have the chain as PEM (-----BEGIN CERTIFICATE-----),"
            + " or be PKCS#12",
        ecKey,
        null,
        null);
  }

  @Test
  void malformedBase64() throws Exception {
    String pem = Files.readString(ecCert);
    Path broken = openssl.text("broken.pem", "text\n" + pem.replaceFirst("\n", "\n*"));
    assertBad(
        broken,
        "the block CERTIFICATE that begins in line 2 is not valid base64; copy the file again",
        broken,
        ecKey,
        null);
  }

  @Test
  void halfWritten() throws Exception {
    String pem = Files.readString(ecCert);
    Path half = openssl.text("half.pem", pem.substring(0, pem.length() / 2));
    String problem =
        "the block CERTIFICATE that begins in line 1 has no END line; the file is incomplete, copy"
            + " it again";
    assertBad(half, problem, half, ecKey, null);
    Path twice = openssl.text("twice.pem", pem.substring(0, pem.length() / 2) + "\n" + pem);
    assertBad(twice, problem, twice, ecKey, null);
    Path mixed = openssl.text("mixed.pem", pem.replace("END CERTIFICATE", "END OTHER"));
    assertBad(mixed, problem, mixed, ecKey, null);
  }

  @Test
  void malformedDer() throws Exception {
    Path cert = openssl.text("der.pem", block("CERTIFICATE", new byte[] {0x30, 3, 1, 2}));
    assertBad(cert, "certificate 1 is malformed; copy the file again", cert, ecKey, null);
    Path second =
        openssl.text(
            "second.pem",
            Files.readString(ecCert) + block("CERTIFICATE", new byte[] {0x30, 3, 1, 2}));
    assertBad(second, "certificate 2 is malformed; copy the file again", second, ecKey, null);
    for (String label :
        new String[] {
          "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"
        }) {
      for (byte[] der :
          new byte[][] {
            {},
            {0x30},
            {0x30, 3, 1, 2},
            {0x30, (byte) 0x80, 2, 1, 0, 0, 0},
            {0x30, (byte) 0x84, 0, 0, 0, 1, 0},
            {0x30, (byte) 0x83, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0},
            {0x30, 5, 2, 1, 0, 0x30, 0},
            {0x30, 7, 2, 1, 0, 4, 0, 0x30, 0}
          }) {
        Path key = openssl.text("der.key", block(label, der));
        assertBad(
            key, "the " + label + " is malformed; copy the file again", ecCert, key, password);
      }
    }
  }

  static String block(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getEncoder().encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  @Test
  void expired() throws Exception {
    ServerCertificate valid = CertificateFiles.load(ecCert, ecKey, null);
    Instant until = valid.notAfter();
    Instant from = valid.leaf().getNotBefore().toInstant();
    Location location = new Location(ecCert, ecKey, null);
    assertEquals(
        ecCert + ": the certificate expired at " + until + "; renew it",
        message(() -> CertificateFiles.load(location, InstantSource.fixed(until.plusNanos(1)))));
    assertEquals(
        ecCert
            + ": the certificate is not valid before "
            + from
            + "; check the clock, or use the former certificate until then",
        message(() -> CertificateFiles.load(location, InstantSource.fixed(from.minusNanos(1)))));
    for (Instant inside : new Instant[] {from, until}) {
      assertEquals(valid, CertificateFiles.load(location, InstantSource.fixed(inside)));
    }
  }

  @Test
  void binaryFormats() throws Exception {
    Path der = openssl.file("cert.der");
    Openssl.run("x509", "-in", ecCert.toString(), "-outform", "der", "-out", der.toString());
    assertBad(
        der,
        "the file is DER; convert it to PEM with openssl x509 -inform der -in " + der + " -out NEW",
        der,
        ecKey,
        null);
    Path keyDer = openssl.file("key.der");
    Openssl.run("pkey", "-in", ecKey.toString(), "-outform", "der", "-out", keyDer.toString());
    assertBad(
        keyDer,
        "the file is DER; convert it to PEM with openssl pkey -inform der -in "
            + keyDer
            + " -out NEW",
        ecCert,
        keyDer,
        null);
    Path jks = openssl.file("old.jks");
    CertificateFilesTest.keytool(jks, "only", "-keyalg", "RSA", "-storetype", "JKS");
    assertBad(
        jks,
        "the file is a Java key store; convert it to PKCS#12 with keytool -importkeystore"
            + " -deststoretype pkcs12 -srckeystore "
            + jks
            + " -destkeystore NEW",
        jks,
        null,
        null);
  }

  @Test
  void pkcs12() throws Exception {
    Path store = openssl.file("two.p12");
    CertificateFilesTest.keytool(store, "first", "-keyalg", "RSA");
    Path storePassword = openssl.text("store-password", "changeit");
    assertBad(
        store,
        "the PKCS#12 file is encrypted; write its password into a file and set tls-password-file"
            + " to it",
        store,
        null,
        null);
    assertBad(
        store,
        "the PKCS#12 file cannot be decrypted; correct the password in " + password,
        store,
        null,
        password);
    assertBad(
        store,
        "a PKCS#12 file has its key in it; remove tls-key " + ecKey,
        store,
        ecKey,
        storePassword);
    assertBad(
        store,
        "a PKCS#12 file has a key and its certificate; set tls-cert to it, not tls-key",
        ecCert,
        store,
        storePassword);
    CertificateFilesTest.keytool(store, "second", "-keyalg", "RSA");
    assertBad(
        store,
        "the PKCS#12 file has 2 private keys (first, second); export each into a file of its own",
        store,
        null,
        storePassword);
    byte[] bytes = Files.readAllBytes(store);
    Path cut = Files.write(openssl.file("cut.p12"), Arrays.copyOf(bytes, bytes.length / 2));
    assertEquals(
        cut + ": the PKCS#12 file is malformed or uses an unsupported algorithm",
        message(() -> CertificateFiles.load(cut, null, storePassword)).replaceFirst(" \\(.*", ""));
  }

  @Test
  void pkcs12WithoutKey() throws Exception {
    Path store = openssl.file("nokey.p12");
    Openssl.run(
        "pkcs12",
        "-export",
        "-nokeys",
        "-in",
        ecCert.toString(),
        "-out",
        store.toString(),
        "-passout",
        "file:" + password);
    assertBad(
        store,
        "the PKCS#12 file has no private key; export the certificate with its key",
        store,
        null,
        password);
  }

  @Test
  void weakKeys() throws Exception {
    Path key = openssl.key("small.key", "RSA", "-pkeyopt", "rsa_keygen_bits:1024");
    Path cert = openssl.selfSigned("small.pem", key, "/CN=small", "DNS:small.example");
    assertBad(
        cert,
        "the RSA key has 1024 bits; get a certificate for a key of at least 2048 bits",
        cert,
        key,
        null);
    for (String curve : new String[] {"secp256k1", "secp224r1", "brainpoolP256r1"}) {
      Path curveKey = openssl.key(curve + ".key", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve);
      Path curveCert =
          openssl.selfSigned(curve + ".pem", curveKey, "/CN=small", "DNS:small.example");
      String problem =
          "the EC key is on the curve "
              + curve
              + "; get a certificate for a key on P-256, P-384 or P-521";
      assertBad(curveCert, problem, curveCert, curveKey, null);
      assertBad(curveKey, problem, ecCert, curveKey, null);
    }
    Path explicit =
        openssl.key(
            "explicit.key",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-pkeyopt",
            "ec_param_enc:explicit");
    assertBad(
        explicit,
        "the EC key spells out its curve; write the name of the curve with openssl ec -param_enc"
            + " named_curve, and get a certificate for that key",
        ecCert,
        explicit,
        null);
  }

  @Test
  void otherKeyTypes() throws Exception {
    Path ed448 = openssl.key("ed448.key", "ED448");
    Path ed448Cert = openssl.selfSigned("ed448.pem", ed448, "/CN=ed", "DNS:ed.example");
    assertBad(
        ed448Cert,
        "the key is of type Ed448; get a certificate for an EC, RSA or Ed25519 key",
        ed448Cert,
        ed448,
        null);
    Path pss = openssl.key("pss.key", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048");
    Path pssCert = openssl.selfSigned("pss.pem", pss, "/CN=pss", "DNS:pss.example");
    assertBad(
        pssCert,
        "the key is of type RSASSA-PSS; get a certificate for an EC, RSA or Ed25519 key",
        pssCert,
        pss,
        null);
    Path store = openssl.file("ed448.p12");
    Openssl.run(
        "pkcs12",
        "-export",
        "-in",
        ed448Cert.toString(),
        "-inkey",
        ed448.toString(),
        "-out",
        store.toString(),
        "-passout",
        "file:" + password);
    assertBad(
        store,
        "the key is of type Ed448; get a certificate for an EC, RSA or Ed25519 key",
        store,
        null,
        password);
  }

  @Test
  void chainOutOfOrder() throws Exception {
    String ca = "basicConstraints=critical,CA:TRUE";
    Path rootKey = openssl.ecKey("root.key");
    Path root = openssl.certificate("root.pem", rootKey, "/CN=Root", "keyUsage=keyCertSign");
    Path middleKey = openssl.ecKey("middle.key");
    Path middle = openssl.signed("middle.pem", middleKey, "/CN=Middle", ca, root, rootKey);
    Path leaf =
        openssl.signed(
            "leaf.pem", ecKey, "/CN=leaf", "subjectAltName=DNS:leaf.example", middle, middleKey);
    Path reversed = openssl.joined("reversed.pem", root, middle, leaf);
    assertBad(
        reversed,
        "the chain is out of order: certificate 1 is issued by 'CN=Root', but the next one is"
            + " 'CN=Middle'; the file has 'CN=Root', 'CN=Middle', 'CN=leaf'; put the server's"
            + " certificate first, then the issuer of each",
        reversed,
        ecKey,
        null);
    Path skipped = openssl.joined("skipped.pem", leaf, root);
    assertBad(
        skipped,
        "the chain is out of order: certificate 1 is issued by 'CN=Middle', but the next one is"
            + " 'CN=Root'; the file has 'CN=leaf', 'CN=Root'; put the server's certificate first,"
            + " then the issuer of each",
        skipped,
        ecKey,
        null);
    Path twinKey = openssl.ecKey("twin.key");
    Path twin = openssl.signed("twin.pem", twinKey, "/CN=Middle", ca, root, rootKey);
    Path forged = openssl.joined("forged.pem", leaf, twin);
    assertBad(
        forged,
        "certificate 1, 'CN=leaf', is not signed by the key of the next one, 'CN=Middle'; get the"
            + " chain again from the authority that issued it",
        forged,
        ecKey,
        null);
  }
}
