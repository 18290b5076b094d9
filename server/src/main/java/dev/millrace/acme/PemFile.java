package dev.millrace.acme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/**
 * A text file of PEM blocks after lines {@code Name: value}, which readers of PEM ignore (RFC 7468,
 * section 2).
 */
final class PemFile {
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final String PUBLIC_KEY = "PUBLIC KEY";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final int MAX_BYTES = 1 << 20;

  private final Map<String, String> fields = new LinkedHashMap<>();
  private final List<PemObject> blocks = new ArrayList<>();

  /** Reads a file; null if it does not exist. */
  static @Nullable PemFile read(Path path) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES);
    } catch (NoSuchFileException missing) {
      return null;
    }
    PemFile file = new PemFile();
    String text = new String(bytes, StandardCharsets.UTF_8);
    text.lines()
        .takeWhile(line -> !line.startsWith("-----"))
        .map(line -> line.split(": ", 2))
        .filter(field -> field.length == 2)
        .forEach(field -> file.fields.put(field[0], field[1]));
    try (PemReader reader = new PemReader(new StringReader(text))) {
      PemObject block = reader.readPemObject();
      while (block != null) {
        file.blocks.add(block);
        block = reader.readPemObject();
      }
    } catch (RuntimeException malformed) {
      throw new IOException("malformed PEM", malformed); // Bouncy Castle's decoder of base64
    }
    return file;
  }

  /** A field's value, or the empty text. */
  String field(String name) {
    return fields.getOrDefault(name, "");
  }

  PemFile field(String name, String value) {
    fields.put(name, value);
    return this;
  }

  /** Adds a private key as PKCS #8, or a public key. */
  PemFile add(Key key) {
    blocks.add(
        new PemObject(key instanceof PrivateKey ? PRIVATE_KEY : PUBLIC_KEY, key.getEncoded()));
    return this;
  }

  PemFile add(List<X509Certificate> chain) throws GeneralSecurityException {
    for (X509Certificate certificate : chain) {
      blocks.add(new PemObject(CERTIFICATE, certificate.getEncoded()));
    }
    return this;
  }

  PrivateKey privateKey() throws GeneralSecurityException {
    return Keys.privateKey(only(PRIVATE_KEY));
  }

  PublicKey publicKey() throws GeneralSecurityException {
    return Keys.publicKey(only(PUBLIC_KEY));
  }

  /** The certificates in the order of the file; at least one. */
  List<X509Certificate> certificates() throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (PemObject block : blocks) {
      if (block.getType().equals(CERTIFICATE)) {
        certificates.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(block.getContent())));
      }
    }
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("it contains no certificate");
    }
    return certificates;
  }

  byte[] bytes() throws IOException {
    StringWriter text = new StringWriter();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      text.write(field.getKey() + ": " + field.getValue() + "\n");
    }
    try (PemWriter writer = new PemWriter(text)) {
      for (PemObject block : blocks) {
        writer.writeObject(block);
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] only(String type) throws GeneralSecurityException {
    List<PemObject> found = blocks.stream().filter(one -> one.getType().equals(type)).toList();
    if (found.size() != 1) {
      throw new GeneralSecurityException("it contains " + found.size() + " of " + type);
    }
    return found.getFirst().getContent();
  }
}
