package dev.millrace.certificate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link CertificateStore} holds at one moment. Immutable.
 *
 * <p>The alias of a certificate is its fingerprint. Two certificates with the same alias have the
 * same public key, so JSSE gets a key and a chain that fit, although the store may change between
 * its calls. Replaced certificates keep their aliases for some changes more, for handshakes that
 * have chosen them.
 */
final class StoreSnapshot {
  private static final int MAX_RETIRED = 64;

  private final CertificateSet set;
  private final Map<String, ServerCertificate> challenges;
  private final List<ServerCertificate> retired;
  private final Map<String, ServerCertificate> byAlias = new HashMap<>();

  /** Computed once, not in each handshake. */
  private final IdentityHashMap<ServerCertificate, String> aliases = new IdentityHashMap<>();

  private StoreSnapshot(
      CertificateSet set,
      Map<String, ServerCertificate> challenges,
      List<ServerCertificate> retired) {
    this.set = set;
    this.challenges = Map.copyOf(challenges);
    this.retired = List.copyOf(retired);
    retired.forEach(this::alias);
    challenges.values().forEach(this::alias);
    set.all().forEach(this::alias); // last: if the alias is the same, the new chain is used
  }

  private void alias(ServerCertificate one) {
    String alias = one.fingerprint();
    byAlias.put(alias, one);
    aliases.put(one, alias);
  }

  /** A snapshot of certificates, the default first. */
  static StoreSnapshot of(List<ServerCertificate> certificates) {
    return new StoreSnapshot(new CertificateSet(certificates), Map.of(), List.of());
  }

  /** The snapshot in which a certificate replaces that with the same source, or is added. */
  StoreSnapshot with(ServerCertificate added) {
    List<ServerCertificate> all = new ArrayList<>(set.all());
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).source().equals(added.source())) {
        ServerCertificate replaced = all.set(i, added);
        return new StoreSnapshot(new CertificateSet(all), challenges, retire(replaced));
      }
    }
    all.add(added);
    return new StoreSnapshot(new CertificateSet(all), challenges, retired);
  }

  /** The snapshot in which a name has a challenge certificate, or none. */
  StoreSnapshot withChallenge(String name, @Nullable ServerCertificate certificate) {
    Map<String, ServerCertificate> changed = new HashMap<>(challenges);
    ServerCertificate replaced =
        certificate == null ? changed.remove(name) : changed.put(name, certificate);
    return new StoreSnapshot(set, changed, replaced == null ? retired : retire(replaced));
  }

  private List<ServerCertificate> retire(ServerCertificate replaced) {
    List<ServerCertificate> more = new ArrayList<>(retired);
    more.add(replaced);
    return more.size() > MAX_RETIRED ? more.subList(1, more.size()) : more;
  }

  CertificateSet set() {
    return set;
  }

  /** The challenge certificate of a normalized name. */
  @Nullable ServerCertificate challenge(String name) {
    return challenges.get(name);
  }

  /** The alias of a certificate of this snapshot. */
  @Nullable String aliasOf(ServerCertificate certificate) {
    return aliases.get(certificate);
  }

  /** The certificate of an alias, also if it was replaced lately. */
  @Nullable ServerCertificate byAlias(String alias) {
    return byAlias.get(alias);
  }
}
