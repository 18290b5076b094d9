package dev.millrace.certificate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a server at one moment, by the names they are for. Immutable.
 *
 * <p>The first certificate is the default, for clients that request no name or an unknown one. So
 * are other certificates with the same names, which differ in the type of their keys.
 */
public final class CertificateSet {
  /** Equal names: the key that is fastest to sign with first. */
  private static final List<String> KEY_TYPES = List.of("EC", "EdDSA", "RSA");

  private static final String WILDCARD = "*.";

  private final List<ServerCertificate> all;

  /** All, sorted as those that match equally are. */
  private final List<ServerCertificate> sorted;

  private final List<ServerCertificate> defaults;
  private final Map<String, List<ServerCertificate>> exact = new HashMap<>();

  /** By the name without its first label. */
  private final Map<String, List<ServerCertificate>> wildcards = new HashMap<>();

  /**
   * @param certificates the default first; may be empty
   */
  public CertificateSet(List<ServerCertificate> certificates) {
    all = List.copyOf(certificates);
    sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingInt(one -> rank(one.keyType())));
    Set<String> first = all.isEmpty() ? Set.of() : new HashSet<>(all.getFirst().names());
    defaults = new ArrayList<>();
    for (ServerCertificate one : sorted) {
      Set<String> names = new HashSet<>(one.names());
      for (String name : names) {
        if (name.startsWith(WILDCARD)) {
          add(wildcards, name.substring(WILDCARD.length()), one);
        } else {
          add(exact, normalized(name), one);
        }
      }
      if (names.equals(first)) {
        defaults.add(one);
      }
    }
  }

  private static int rank(String keyType) {
    int index = KEY_TYPES.indexOf(keyType);
    return index < 0 ? KEY_TYPES.size() : index;
  }

  private static void add(
      Map<String, List<ServerCertificate>> map, String name, ServerCertificate one) {
    map.computeIfAbsent(name, absent -> new ArrayList<>()).add(one);
  }

  /** A name as it is compared: in lower case, without the trailing dot. */
  static String normalized(String name) {
    String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return plain.toLowerCase(Locale.ROOT);
  }

  /** All certificates, the default first. */
  public List<ServerCertificate> all() {
    return all;
  }

  /**
   * The certificate for a client: one for exactly the requested name, else one with a wildcard for
   * it, else a default one, else any. Among those that match equally, ECDSA before Ed25519 before
   * RSA. {@code *.example.org} is for names with exactly one label more.
   *
   * @param serverName the requested name, in any case, with or without a trailing dot; null if the
   *     client requests none
   * @param keyTypeUsable whether the client can verify a type of key (see {@link
   *     ServerCertificate#keyType})
   * @return null if no certificate is usable
   */
  public @Nullable ServerCertificate select(
      @Nullable String serverName, Predicate<String> keyTypeUsable) {
    return find(serverName, one -> keyTypeUsable.test(one.keyType()));
  }

  /** As {@link #select}, with a condition that sees the whole certificate. */
  @Nullable ServerCertificate find(
      @Nullable String serverName, Predicate<ServerCertificate> usable) {
    ServerCertificate found = null;
    if (serverName != null) {
      String name = normalized(serverName);
      found = first(exact.get(name), usable);
      int dot = name.indexOf('.');
      if (found == null && dot > 0) {
        found = first(wildcards.get(name.substring(dot + 1)), usable);
      }
    }
    if (found == null) {
      found = first(defaults, usable);
    }
    return found == null ? first(sorted, usable) : found;
  }

  private static @Nullable ServerCertificate first(
      @Nullable List<ServerCertificate> candidates, Predicate<ServerCertificate> usable) {
    if (candidates != null) {
      for (ServerCertificate one : candidates) {
        if (usable.test(one)) {
          return one;
        }
      }
    }
    return null;
  }
}
