package dev.millrace.certificate;

import static dev.millrace.certificate.BadCertificatesTest.assertBad;
import static dev.millrace.certificate.BadCertificatesTest.block;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key files that cannot be used beside a good certificate. */
class BadKeysTest {
  @TempDir static Path directory;

  private static Openssl openssl;
  private static Path ecKey;
  private static Path ecCert;
  private static Path rsaKey;
  private static Path password;

  @BeforeAll
  static void makeKeys() throws Exception {
    openssl = new Openssl(directory);
    ecKey = openssl.ecKey("ec.key");
    ecCert = openssl.selfSigned("ec.pem", ecKey, "/CN=ec", "DNS:ec.example");
    rsaKey = openssl.rsaKey("rsa.key");
    password = openssl.text("password", "correct\n");
  }

  @Test
  void noKey() {
    assertBad(
        ecCert,
        "the file has no private key; set tls-key to the file that has it",
        ecCert,
        null,
        null);
    assertBad(
        ecCert,
        "the file has no private key; it must have one as PEM (-----BEGIN PRIVATE KEY-----)",
        ecCert,
        ecCert,
        null);
  }

  @Test
  void twoKeys() throws Exception {
    Path two = openssl.joined("two.key", ecKey, rsaKey);
    assertBad(
        two, "the file has 2 private keys; leave the certificate's key only", ecCert, two, null);
  }

  /** A key that is cut at any byte is malformed, or not that of the certificate. */
  @Test
  void cutKeys() throws Exception {
    Path sec1 = openssl.file("whole.sec1");
    Openssl.run("ec", "-in", ecKey.toString(), "-outform", "der", "-out", sec1.toString());
    byte[] whole = Files.readAllBytes(sec1);
    for (int length = 0; length < whole.length; length++) {
      Path key = openssl.text("cut.key", block("EC PRIVATE KEY", Arrays.copyOf(whole, length)));
      assertBad(key, "the EC PRIVATE KEY is malformed; copy the file again", ecCert, key, null);
    }
  }

  @Test
  void keyOfAnotherCertificate() throws Exception {
    Path otherKey = openssl.ecKey("other.key");
    String problem =
        "the key does not belong to the certificate 'CN=ec' in "
            + ecCert
            + "; use the key for which the certificate was requested";
    assertBad(otherKey, problem, ecCert, otherKey, null);
    assertBad(rsaKey, problem, ecCert, rsaKey, null);
    Path otherCurve = openssl.key("p384.key", "EC", "-pkeyopt", "ec_paramgen_curve:P-384");
    assertBad(otherCurve, problem, ecCert, otherCurve, null);
    Path joined = openssl.joined("joined.pem", ecCert, otherKey);
    assertBad(
        joined,
        "the key does not belong to the certificate 'CN=ec'; use the key for which the certificate"
            + " was requested",
        joined,
        null,
        null);
  }

  @Test
  void encryptedKey() throws Exception {
    Path key = openssl.file("encrypted.key");
    Openssl.run(
        "pkcs8",
        "-topk8",
        "-v2",
        "aes-256-cbc",
        "-in",
        ecKey.toString(),
        "-out",
        key.toString(),
        "-passout",
        "file:" + password);
    assertBad(
        key,
        "the key is encrypted; write its password into a file and set tls-password-file to it",
        ecCert,
        key,
        null);
    Path wrong = openssl.text("wrong", "incorrect");
    assertBad(
        key, "the key cannot be decrypted; correct the password in " + wrong, ecCert, key, wrong);
    Path latin1 = Files.write(openssl.file("latin1"), new byte[] {(byte) 0xfc, '\n'});
    assertBad(latin1, "the password is not UTF-8; write it again as UTF-8", ecCert, key, latin1);
    Path missing = openssl.file("missing");
    assertBad(missing, "the file does not exist; check the path", ecCert, key, missing);
  }

  /** One in 256 wrong passwords leaves a valid padding. */
  @Test
  void manyWrongPasswords() throws Exception {
    Path key = openssl.file("weak.key");
    Openssl.run(
        "pkcs8",
        "-topk8",
        "-v2",
        "aes-128-cbc",
        "-iter",
        "1",
        "-in",
        ecKey.toString(),
        "-out",
        key.toString(),
        "-passout",
        "file:" + password);
    for (int i = 0; i < 1000; i++) {
      Path wrong = openssl.text("wrong", "wrong " + i);
      assertBad(
          key, "the key cannot be decrypted; correct the password in " + wrong, ecCert, key, wrong);
    }
  }

  @Test
  void unknownEncryption() throws Exception {
    // EncryptedPrivateKeyInfo { { OID 1.2.3 }, OCTET STRING }
    byte[] der = {0x30, 9, 0x30, 4, 6, 2, 0x2a, 3, 4, 1, 0};
    Path key = openssl.text("unknown.key", block("ENCRYPTED PRIVATE KEY", der));
    assertBad(
        key,
        "the encryption of the key is not supported; convert it with openssl pkcs8 -topk8 -v2"
            + " aes-256-cbc -in "
            + key
            + " -out NEW",
        ecCert,
        key,
        password);
  }

  @Test
  void legacyEncryption() throws Exception {
    Path key = openssl.file("legacy.key");
    Openssl.run(
        "rsa",
        "-traditional",
        "-aes128",
        "-in",
        rsaKey.toString(),
        "-out",
        key.toString(),
        "-passout",
        "file:" + password);
    assertBad(
        key,
        "the key has OpenSSL's legacy encryption (Proc-Type: 4,ENCRYPTED), which is weak; convert"
            + " it with openssl pkcs8 -topk8 -v2 aes-256-cbc -in "
            + key
            + " -out NEW",
        ecCert,
        key,
        password);
  }

  @Test
  void otherKeyFormats() throws Exception {
    Path ssh = openssl.text("ssh.key", block("OPENSSH PRIVATE KEY", new byte[1]));
    assertBad(
        ssh,
        "the key has OpenSSH's format; convert it with ssh-keygen -p -m pkcs8 -f " + ssh,
        ecCert,
        ssh,
        null);
    Path dsa = openssl.text("dsa.key", block("DSA PRIVATE KEY", new byte[1]));
    assertBad(
        dsa,
        "a DSA PRIVATE KEY is not supported; get a certificate for an EC, RSA or Ed25519 key",
        ecCert,
        dsa,
        null);
  }
}
