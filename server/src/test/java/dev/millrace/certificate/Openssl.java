package dev.millrace.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.server.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Makes keys and certificates in a directory with the command {@code openssl}. */
final class Openssl {
  private static final String[] EC = {"EC", "-pkeyopt", "ec_paramgen_curve:P-256"};
  private static final String[] RSA = {"RSA", "-pkeyopt", "rsa_keygen_bits:2048"};

  private final Path directory;

  Openssl(Path directory) {
    this.directory = directory;
  }

  static void run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Programs.Result result = Programs.run(command.toArray(String[]::new));
    assertEquals(0, result.exitCode(), () -> command + ": " + result.err());
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  Path ecKey(String name) throws Exception {
    return key(name, EC);
  }

  Path rsaKey(String name) throws Exception {
    return key(name, RSA);
  }

  /** A key as PKCS#8. */
  Path key(String name, String... algorithm) throws Exception {
    Path key = file(name);
    List<String> arguments =
        new ArrayList<>(List.of("genpkey", "-out", key.toString(), "-algorithm"));
    arguments.addAll(List.of(algorithm));
    run(arguments.toArray(String[]::new));
    return key;
  }

  /** A self-signed certificate with alternative names, as in {@code DNS:a.example}. */
  Path selfSigned(String name, Path key, String subject, String alternatives) throws Exception {
    return certificate(name, key, subject, "subjectAltName=" + alternatives);
  }

  /** A self-signed certificate with one extension. */
  Path certificate(String name, Path key, String subject, String extension) throws Exception {
    Path certificate = file(name);
    run(
        "req",
        "-x509",
        "-key",
        key.toString(),
        "-out",
        certificate.toString(),
        "-subj",
        subject,
        "-days",
        "30",
        "-addext",
        extension);
    return certificate;
  }

  /** A certificate with one extension, signed by a certificate whose key is beside it. */
  Path signed(String name, Path key, String subject, String extension, Path issuer, Path issuerKey)
      throws Exception {
    Path request = file(name + ".request");
    run(
        "req",
        "-new",
        "-key",
        key.toString(),
        "-out",
        request.toString(),
        "-subj",
        subject,
        "-addext",
        extension);
    Path certificate = file(name);
    run(
        "x509",
        "-req",
        "-in",
        request.toString(),
        "-CA",
        issuer.toString(),
        "-CAkey",
        issuerKey.toString(),
        "-CAcreateserial",
        "-copy_extensions",
        "copy",
        "-days",
        "30",
        "-out",
        certificate.toString());
    return certificate;
  }

  /** The files, one after another. */
  Path joined(String name, Path... parts) throws Exception {
    Path joined = file(name);
    Files.write(joined, new byte[0]);
    for (Path part : parts) {
      Files.write(joined, Files.readAllBytes(part), StandardOpenOption.APPEND);
    }
    return joined;
  }

  /** A text file. */
  Path text(String name, String text) throws Exception {
    return Files.writeString(file(name), text);
  }
}
