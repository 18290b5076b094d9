package dev.millrace.acme;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The account and the certificate of one authority, each in one file, so that a key and what
 * belongs to it are replaced together. A file that is damaged or belongs to another authority
 * counts as missing, and the log says so.
 *
 * <pre>
 * state/acme/                                    0700
 *   acme.example.org-1f0c2f6a9d3be875/           0700, one for each directory URL
 *     account.pem      location, key             0600
 *     certificate.pem  key, chain                0600
 * </pre>
 */
final class AcmeStore {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final String DIRECTORY = "Directory";
  private static final String LOCATION = "Location";
  private static final String CONTACT = "Contact";
  private static final String CERTIFICATES = "Certificates";
  private static final int NAME_BYTES = 8;

  private final Path top;
  private final Path folder;
  private final String directory;

  /**
   * @param state the server's directory for state
   * @param directory the authority's URL
   */
  AcmeStore(Path state, URI directory) {
    this.top = state.resolve("acme");
    this.directory = directory.toString();
    this.folder = top.resolve(directory.getHost() + "-" + shortDigest(this.directory));
  }

  /** Creates the directories, and makes existing ones private. */
  void prepare() throws IOException {
    for (Path one : List.of(top, folder)) {
      if (!Files.isDirectory(one)) {
        Path parent = one.toAbsolutePath().getParent();
        if (parent != null) {
          var _ = Files.createDirectories(parent);
        }
        var _ = Files.createDirectory(one, PosixFilePermissions.asFileAttribute(PRIVATE));
      }
      var _ = Files.setPosixFilePermissions(one, PRIVATE);
    }
  }

  private Path accountFile() {
    return folder.resolve("account.pem");
  }

  private Path certificateFile() {
    return folder.resolve("certificate.pem");
  }

  /** The stored account, or null. */
  @Nullable StoredAccount account() {
    try {
      PemFile file = own(accountFile());
      if (file == null) {
        return null;
      }
      KeyPair key = new KeyPair(file.publicKey(), file.privateKey());
      if (!Keys.match(key.getPrivate(), key.getPublic())) {
        throw new GeneralSecurityException("the two keys do not match");
      }
      return new StoredAccount(key, URI.create(file.field(LOCATION)).toURL(), file.field(CONTACT));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException damaged) {
      ignored(accountFile(), damaged, "a new account is created");
      return null;
    }
  }

  void save(StoredAccount account) throws IOException {
    PemFile file =
        new PemFile()
            .field(DIRECTORY, directory)
            .field(LOCATION, account.location().toString())
            .field(CONTACT, account.email())
            .add(account.key().getPublic())
            .add(account.key().getPrivate());
    AtomicFile.write(accountFile(), file.bytes(), AtomicFile.OWNER_ONLY);
  }

  /** The stored certificate, whose key matches; or null. */
  @Nullable IssuedCertificate certificate() {
    try {
      PemFile file = own(certificateFile());
      if (file == null) {
        return null;
      }
      List<X509Certificate> chain = file.certificates();
      if (!file.field(CERTIFICATES).equals(Integer.toString(chain.size()))) {
        throw new GeneralSecurityException("the chain is incomplete");
      }
      KeyPair key = new KeyPair(chain.getFirst().getPublicKey(), file.privateKey());
      if (!Keys.match(key.getPrivate(), key.getPublic())) {
        throw new GeneralSecurityException("the key does not match the certificate");
      }
      return new IssuedCertificate(key, chain);
    } catch (IOException | GeneralSecurityException damaged) {
      ignored(certificateFile(), damaged, "a new certificate is ordered");
      return null;
    }
  }

  void save(IssuedCertificate certificate) throws IOException {
    try {
      PemFile file =
          new PemFile()
              .field(DIRECTORY, directory)
              .field(CERTIFICATES, Integer.toString(certificate.chain().size()))
              .add(certificate.keyPair().getPrivate())
              .add(certificate.chain());
      AtomicFile.write(certificateFile(), file.bytes(), AtomicFile.OWNER_ONLY);
    } catch (GeneralSecurityException unencodable) {
      throw new IOException("the certificate cannot be encoded", unencodable);
    }
  }

  /** The content of a file of this authority, or null if the file does not exist. */
  private @Nullable PemFile own(Path path) throws IOException {
    PemFile file = PemFile.read(path);
    if (file != null && !file.field(DIRECTORY).equals(directory)) {
      throw new IOException("it does not belong to " + directory);
    }
    return file;
  }

  private static void ignored(Path file, Exception why, String consequence) {
    LOG.log(
        Level.WARNING,
        "acme: {0} is ignored: {1}; {2}",
        new Object[] {file, AcmeFailure.line(String.valueOf(why.getMessage())), consequence});
  }

  private static String shortDigest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }
}
