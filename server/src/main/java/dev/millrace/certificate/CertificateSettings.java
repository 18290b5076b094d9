package dev.millrace.certificate;

import dev.millrace.certificate.CertificateFiles.Location;
import dev.millrace.config.ConfigNode;
import dev.millrace.config.Key;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings that name the files of certificates: {@code --tls-cert FILE --tls-key FILE},
 * repeated for each certificate, and in YAML also {@code certificates: [{cert: FILE, key: FILE,
 * password-file: FILE}]}, which follow those of the flags.
 */
public final class CertificateSettings {
  private static final Key<List<Path>> CERTS =
      Key.list(
          "tls-cert",
          "",
          "FILE,...",
          "Certificate chains as PEM, or PKCS#12 files; the first is the default.",
          Path::of);

  private static final Key<List<Path>> KEYS_OF_CERTS =
      Key.list(
          "tls-key",
          "",
          "FILE,...",
          "Private keys as PEM, one for each tls-cert; none if those have their keys in them.",
          Path::of);

  private static final Key<List<Path>> PASSWORDS =
      Key.list(
          "tls-password-file",
          "",
          "FILE,...",
          "Files with the passwords of encrypted keys, one for each tls-cert or one for all.",
          Path::of);

  /** The name in the YAML file whose value is a list of maps. */
  private static final String CERTIFICATES = "certificates";

  /** All keys. */
  public static final List<Key<?>> KEYS = List.of(CERTS, KEYS_OF_CERTS, PASSWORDS);

  /** The names at the top of the YAML file whose values are lists of maps. */
  public static final List<String> STRUCTURED = List.of(CERTIFICATES);

  private CertificateSettings() {}

  /** The files of all certificates, the default first; empty if none is set. */
  public static List<Location> of(Settings settings) throws SettingsException {
    List<Location> locations = new ArrayList<>(pairs(settings));
    Set<Path> certs = new HashSet<>();
    for (Location location : locations) {
      if (!certs.add(location.cert())) {
        throw settings.node(CERTS).wrong("'" + location.cert() + "' is there twice");
      }
    }
    ConfigNode list = settings.file().get(CERTIFICATES);
    for (ConfigNode item : list == null ? List.<ConfigNode>of() : list.items()) {
      Location location = location(item);
      if (!certs.add(location.cert())) {
        throw item.wrong("'" + location.cert() + "' is there twice");
      }
      locations.add(location);
    }
    return List.copyOf(locations);
  }

  private static List<Location> pairs(Settings settings) throws SettingsException {
    List<Path> certs = settings.get(CERTS);
    List<Path> keys = settings.get(KEYS_OF_CERTS);
    List<Path> passwords = settings.get(PASSWORDS);
    if (!keys.isEmpty() && keys.size() != certs.size()) {
      throw settings
          .node(KEYS_OF_CERTS)
          .wrong(
              "there must be one for each of the "
                  + certs.size()
                  + " tls-cert, in their order, or none if those have their keys in them; there"
                  + " are "
                  + keys.size());
    }
    boolean isOneForAll = passwords.size() == 1 && !certs.isEmpty();
    if (!passwords.isEmpty() && !isOneForAll && passwords.size() != certs.size()) {
      throw settings
          .node(PASSWORDS)
          .wrong(
              "there must be one for each of the "
                  + certs.size()
                  + " tls-cert, in their order, or one for all; there are "
                  + passwords.size());
    }
    List<Location> pairs = new ArrayList<>();
    for (int i = 0; i < certs.size(); i++) {
      Path password =
          passwords.isEmpty()
              ? null
              : passwords.size() == 1 ? passwords.getFirst() : passwords.get(i);
      pairs.add(new Location(certs.get(i), keys.isEmpty() ? null : keys.get(i), password));
    }
    return pairs;
  }

  private static Location location(ConfigNode item) throws SettingsException {
    Map<String, ConfigNode> members = item.members(List.of("cert", "key", "password-file"));
    Path cert = Path.of(ConfigNode.required(item, members, "cert").text());
    return new Location(cert, path(members.get("key")), path(members.get("password-file")));
  }

  private static @Nullable Path path(@Nullable ConfigNode node) throws SettingsException {
    return node == null ? null : Path.of(node.text());
  }
}
