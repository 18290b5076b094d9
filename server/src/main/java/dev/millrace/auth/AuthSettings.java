package dev.millrace.auth;

import dev.millrace.config.ConfigNode;
import dev.millrace.config.SettingsException;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code auth: [{path: /private/, basic: HTPASSWD, realm: Private}]}; instead of {@code
 * basic} also {@code bearer: TOKENS} or {@code certificate: [NAME, ...]}; in addition or alone
 * {@code signed: KEYS}; or alone {@code forward: URL}.
 */
public final class AuthSettings {
  private AuthSettings() {}

  /** The rules of a node; those of the enclosing policy if it is null. */
  public static List<AuthRule> rules(@Nullable ConfigNode node, List<AuthRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<AuthRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      Map<String, ConfigNode> members =
          item.members(
              List.of(
                  "path", "basic", "bearer", "certificate", "signed", "realm", "forward", "user"));
      String path = ConfigNode.required(item, members, "path").text();
      if (!(RequestPath.parse(path) instanceof ParsedPath prefix)) {
        throw item.wrong("'" + path + "' is not a path that begins with a slash");
      }
      ConfigNode forward = members.get("forward");
      rules.add(
          forward == null
              ? new AuthRule(prefix, credentials(item, members))
              : new AuthRule(prefix, forward(item, members, forward)));
    }
    return rules;
  }

  private static ForwardAuth forward(
      ConfigNode item, Map<String, ConfigNode> members, ConfigNode address)
      throws SettingsException {
    if (CREDENTIALS.stream().anyMatch(members::containsKey)) {
      throw item.wrong("'forward' leaves the decision to another service, so it is set alone");
    }
    ConfigNode user = members.get("user");
    String field = user == null ? "Remote-User" : user.text();
    if (!field.matches("[A-Za-z0-9-]+")) {
      throw item.wrong("'" + field + "' is not the name of a field");
    }
    try {
      URI service = new URI(address.text());
      if (List.of("http", "https").contains(String.valueOf(service.getScheme()))
          && service.getHost() != null) {
        return new ForwardAuth(service, field);
      }
    } catch (URISyntaxException malformed) {
      // refused like another scheme
    }
    throw address.wrong(
        "'" + address.text() + "' is not a URL, as in http://127.0.0.1:9091/api/verify");
  }

  /** The keys of credentials. */
  public static final List<String> CREDENTIALS =
      List.of("basic", "bearer", "certificate", "signed", "realm");

  /**
   * The credentials of a rule.
   *
   * @param members of the rule
   */
  public static Credentials credentials(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    ConfigNode realmNode = members.get("realm");
    String realm = realmNode == null ? "millrace" : realmNode.text();
    if (!realm.matches("[ !#-\\[\\]-~]+")) {
      throw item.wrong("realm must be printable ASCII without quotes and backslashes");
    }
    ConfigNode basic = members.get("basic");
    ConfigNode bearer = members.get("bearer");
    ConfigNode certificate = members.get("certificate");
    ConfigNode signed = members.get("signed");
    long others = Stream.of(basic, bearer, certificate).filter(Objects::nonNull).count();
    if (others > 1 || (others == 0 && signed == null)) {
      throw item.wrong(
          "exactly one of 'basic', 'bearer' and 'certificate' must be set, or 'signed'");
    }
    if (signed == null) {
      return credentials(realm, basic, bearer, certificate);
    }
    SignedLinks links = new SignedLinks(keys(signed));
    return others == 0
        ? links
        : new SignedLinks.Or(links, credentials(realm, basic, bearer, certificate));
  }

  private static Credentials credentials(
      String realm,
      @Nullable ConfigNode basic,
      @Nullable ConfigNode bearer,
      @Nullable ConfigNode certificate)
      throws SettingsException {
    if (certificate != null) {
      return subjects(certificate);
    }
    return basic != null
        ? new BasicPasswords(realm, passwords(basic))
        : new BearerTokens(realm, bearer == null ? List.of() : tokens(bearer.lines()));
  }

  private static List<byte[]> keys(ConfigNode file) throws SettingsException {
    try {
      return signingKeys(file.lines());
    } catch (IllegalArgumentException unusable) {
      throw file.wrong(file.text() + " " + unusable.getMessage());
    }
  }

  /**
   * The keys of signed links: one in each line, but empty lines and comments.
   *
   * @throws IllegalArgumentException if there is none, or one is too short
   */
  public static List<byte[]> signingKeys(List<String> lines) {
    List<byte[]> keys =
        tokens(lines).stream().map(line -> line.getBytes(StandardCharsets.UTF_8)).toList();
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("has no key");
    }
    if (keys.stream().anyMatch(key -> key.length < SignedLinks.MIN_KEY_BYTES)) {
      throw new IllegalArgumentException(
          "has a key of less than " + SignedLinks.MIN_KEY_BYTES + " bytes");
    }
    return keys;
  }

  private static Credentials subjects(ConfigNode names) throws SettingsException {
    List<String> accepted = names.texts();
    if (accepted.isEmpty()) {
      throw names.wrong("requires subjects or common names of client certificates, or any");
    }
    try {
      return new ClientSubjects(accepted);
    } catch (InvalidNameException malformed) {
      throw names.wrong(accepted + " contains a subject that is not like CN=alice,O=Example");
    }
  }

  private static Map<String, String> passwords(ConfigNode file) throws SettingsException {
    Map<String, String> hashes = new HashMap<>();
    List<String> lines = file.lines();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':');
      if (colon < 1 || !BasicPasswords.isBcrypt(line.substring(colon + 1))) {
        throw file.wrong(
            file.text()
                + ": line "
                + (i + 1)
                + " is not NAME:HASH with a bcrypt hash of cost 4 to 17, as htpasswd -B writes"
                + " it");
      }
      hashes.put(line.substring(0, colon), line.substring(colon + 1));
    }
    return hashes;
  }

  /**
   * The tokens of a file, as the value of a setting.
   *
   * @throws SettingsException if the file cannot be read or has no token
   */
  public static BearerTokens bearer(String file) throws SettingsException {
    List<String> tokens;
    try {
      tokens = tokens(Files.readAllLines(Path.of(file), StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new SettingsException(file + " cannot be read");
    }
    if (tokens.isEmpty()) {
      throw new SettingsException(file + " has no token");
    }
    return new BearerTokens("millrace", tokens);
  }

  private static List<String> tokens(List<String> lines) {
    return lines.stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(String::strip)
        .toList();
  }
}
