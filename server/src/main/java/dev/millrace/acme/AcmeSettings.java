package dev.millrace.acme;

import dev.millrace.config.ConfigNode;
import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings of certificates from an ACME authority, validated. Immutable. */
public final class AcmeSettings {
  private static final String LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

  public static final Key<List<String>> NAMES =
      Key.list(
          "acme",
          "",
          "NAME",
          "DNS name to obtain a certificate for from an ACME authority; may be repeated.",
          AcmeSettings::name);

  public static final Key<URI> DIRECTORY =
      Key.one(
          "acme-directory",
          LETS_ENCRYPT,
          "URL",
          "Directory of the ACME authority; Let's Encrypt by default.",
          AcmeSettings::directory);

  public static final Key<@Nullable String> EMAIL =
      Key.one(
          "acme-email",
          "",
          "ADDRESS",
          "E-mail address that the ACME authority may write to.",
          AcmeSettings::email);

  public static final Key<Boolean> AGREE_TOS =
      Key.one(
          "acme-agree-tos",
          "off",
          "on|off",
          "Whether you agree to the terms of service of the ACME authority.",
          Parser::flag);

  public static final Key<List<ChallengeKind>> CHALLENGE =
      Key.one(
          "acme-challenge",
          "auto",
          "auto|tls-alpn-01|http-01",
          "How control of a name is proven; auto tries TLS-ALPN-01, then HTTP-01.",
          Parser.oneOf(
              Map.of(
                  "auto",
                  List.of(ChallengeKind.TLS_ALPN_01, ChallengeKind.HTTP_01),
                  "tls-alpn-01",
                  List.of(ChallengeKind.TLS_ALPN_01),
                  "http-01",
                  List.of(ChallengeKind.HTTP_01)),
              "auto, tls-alpn-01, http-01"));

  public static final Key<@Nullable Path> CA =
      Key.one(
          "acme-ca",
          "",
          "FILE",
          "PEM file with the trust anchors for the directory's HTTPS, of a private authority.",
          text -> text.isEmpty() ? null : Path.of(text));

  public static final Key<@Nullable Path> HTTP_01_FOLDER =
      Key.one(
          "acme-http-01-folder",
          "",
          "DIR",
          "Directory shared by replicas, so that each can respond to the HTTP-01 challenges of all.",
          text -> text.isEmpty() ? null : Path.of(text));

  /** All keys, in the order of help and documentation. */
  public static final List<Key<?>> KEYS =
      List.of(NAMES, DIRECTORY, EMAIL, AGREE_TOS, CHALLENGE, CA, HTTP_01_FOLDER);

  /** A label of letters, digits and inner hyphens (RFC 1123, section 2.1). */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final int MAX_NAME_LENGTH = 253;

  private static final Pattern ADDRESS_V6 = Pattern.compile("\\[?[0-9a-f:.]*:[0-9a-f:.]*]?");

  /** The part of {@code mailto:} that acme4j and all authorities accept: one address, no fields. */
  private static final Pattern ADDRESS = Pattern.compile("[!-~&&[^@,?&%<>\"#]]+@[A-Za-z0-9.-]+");

  private final Settings values;
  private final Path state;
  private final List<String> names;
  private final List<X509Certificate> trustAnchors;

  private AcmeSettings(
      Settings values, Path state, List<String> names, List<X509Certificate> trustAnchors) {
    this.values = values;
    this.state = state;
    this.names = List.copyOf(names);
    this.trustAnchors = List.copyOf(trustAnchors);
  }

  /**
   * Validates the settings.
   *
   * @param values with the values of {@link #KEYS}
   * @param state the directory for state that survives restarts, or null for none
   * @return null if no names are set
   * @throws SettingsException naming the first value that is invalid
   */
  public static @Nullable AcmeSettings of(Settings values, @Nullable Path state)
      throws SettingsException {
    List<String> names = values.get(NAMES).stream().distinct().toList();
    if (names.isEmpty()) {
      return null;
    }
    if (state == null) {
      throw values.node(NAMES).wrong("requires state, which keeps the account and the certificate");
    }
    Path folder = values.get(HTTP_01_FOLDER);
    if (folder != null && !Files.isDirectory(folder)) {
      throw values.node(HTTP_01_FOLDER).wrong(folder + " is not a directory");
    }
    Path ca = values.get(CA);
    return new AcmeSettings(
        values, state, names, ca == null ? List.of() : certificates(ca, values.node(CA)));
  }

  /** The DNS names of the certificate, in lower case and without duplicates. */
  public List<String> names() {
    return names;
  }

  /** The directory for state; the certificate is kept in {@code acme} below it. */
  Path state() {
    return state;
  }

  URI directory() {
    return values.get(DIRECTORY);
  }

  @Nullable String email() {
    return values.get(EMAIL);
  }

  boolean agreesToTerms() {
    return values.get(AGREE_TOS);
  }

  /** The kinds to try, the preferred one first. */
  List<ChallengeKind> challenges() {
    return values.get(CHALLENGE);
  }

  /** The trust anchors of the directory's HTTPS; empty for those of the Java runtime. */
  List<X509Certificate> trustAnchors() {
    return trustAnchors;
  }

  /** The directory shared by replicas, for {@link Http01Folder#answer}; null if there is none. */
  public @Nullable Path http01Folder() {
    return values.get(HTTP_01_FOLDER);
  }

  private static String name(String text) throws SettingsException {
    String name = text.toLowerCase(Locale.ROOT);
    if (name.startsWith("*")) {
      throw new SettingsException(
          "'"
              + text
              + "' is a wildcard, which only the DNS-01 challenge can prove; list the names");
    }
    String[] labels = name.split("\\.", -1);
    if (ADDRESS_V6.matcher(name).matches() || labels[labels.length - 1].matches("\\d+")) {
      throw new SettingsException("'" + text + "' is an IP address; a DNS name is required");
    }
    boolean valid = name.length() <= MAX_NAME_LENGTH;
    for (String label : labels) {
      valid &= LABEL.matcher(label).matches();
    }
    if (!valid) {
      throw new SettingsException(
          "'"
              + text
              + "' is not a DNS name of letters, digits and hyphens, as in www.example.org;"
              + " other letters are written in their xn-- form");
    }
    return name;
  }

  private static URI directory(String text) throws SettingsException {
    try {
      URI url = new URI(text);
      if ("https".equalsIgnoreCase(url.getScheme()) && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException malformed) {
      // rejected below, like a URL with another scheme
    }
    throw new SettingsException("'" + text + "' is not an https:// URL");
  }

  private static @Nullable String email(String text) throws SettingsException {
    if (text.isEmpty()) {
      return null;
    }
    if (!ADDRESS.matcher(text).matches()) {
      throw new SettingsException("'" + text + "' is not an e-mail address");
    }
    return text;
  }

  private static List<X509Certificate> certificates(Path file, ConfigNode place)
      throws SettingsException {
    List<X509Certificate> certificates = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .forEach(one -> certificates.add((X509Certificate) one));
    } catch (IOException unreadable) {
      throw place.wrong(file + " cannot be read");
    } catch (CertificateException malformed) {
      throw place.wrong(file + " is not a PEM file of certificates");
    }
    if (certificates.isEmpty()) {
      throw place.wrong(file + " contains no certificate");
    }
    return certificates;
  }
}
