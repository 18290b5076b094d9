package dev.millrace.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.millrace.digest.Algorithm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * User names and passwords (RFC 7617), compared with bcrypt hashes as {@code htpasswd -B} writes
 * them.
 *
 * <p>bcrypt takes tens of milliseconds by design, so it runs on a worker thread. A successful
 * result is cached for a minute under a keyed hash of the credentials; the password is not stored.
 * Verifying an unknown user name takes as long as verifying a known one.
 */
public final class BasicPasswords implements Credentials {
  private static final int MAX_KNOWN = 4096;
  private static final long KNOWN_NANOS = 60_000_000_000L;

  /** bcrypt ignores bytes beyond this length; a longer password is rejected. */
  private static final int MAX_PASSWORD_BYTES = 72;

  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-7])\\$[./A-Za-z0-9]{53}");

  /** Salt and hash of random bytes, which no password matches. */
  private static final String DUMMY = "$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

  private record CachedGrant(String user, long untilNanos) {}

  private final Map<String, String> hashes;
  private final String dummyHash;
  private final String challenge;
  private final byte[] key = new byte[32];
  private final Map<ByteBuffer, CachedGrant> granted = new ConcurrentHashMap<>();

  /**
   * @param realm the challenge's realm, without quotes
   * @param hashes bcrypt hashes by user name
   */
  public BasicPasswords(String realm, Map<String, String> hashes) {
    this.hashes = Map.copyOf(hashes);
    this.dummyHash = "$2y$" + commonCost(hashes.values()) + DUMMY;
    this.challenge = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    new SecureRandom().nextBytes(key);
  }

  /**
   * Whether a text is a bcrypt hash with a cost of 4 to 17, the range of {@code htpasswd -C}. A
   * cost of 17 takes about ten seconds.
   */
  public static boolean isBcrypt(String hash) {
    return BCRYPT.matcher(hash).matches();
  }

  /** The most frequent cost, as two digits. Unknown user names are verified with it. */
  private static String commonCost(Collection<String> hashes) {
    Map<String, Integer> counts = new TreeMap<>();
    hashes.forEach(hash -> counts.merge(hash.substring(4, 6), 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("10");
  }

  @Override
  public @Nullable Verdict cachedResult(@Nullable String authorization) {
    if (authorization == null || !isBasic(authorization)) {
      return Verdict.REFUSED;
    }
    ByteBuffer credentialsKey = keyed(authorization);
    CachedGrant cached = granted.get(credentialsKey);
    if (cached == null) {
      return null;
    }
    if (System.nanoTime() - cached.untilNanos() > 0) {
      granted.remove(credentialsKey);
      return null;
    }
    return new Verdict(true, cached.user());
  }

  @Override
  public Verdict verify(@Nullable String authorization) {
    String pair = authorization == null ? null : decoded(authorization);
    int colon = pair == null ? -1 : pair.indexOf(':');
    if (pair == null || authorization == null || colon < 0) {
      return Verdict.REFUSED;
    }
    String user = pair.substring(0, colon);
    String hash = hashes.get(user);
    byte[] password = pair.substring(colon + 1).getBytes(StandardCharsets.UTF_8);
    byte[] compared = Arrays.copyOf(password, Math.min(password.length, MAX_PASSWORD_BYTES));
    boolean same =
        BCrypt.verifyer()
            .verify(compared, comparedHash(user).getBytes(StandardCharsets.US_ASCII))
            .verified;
    if (hash == null || !same || password.length > MAX_PASSWORD_BYTES) {
      return Verdict.REFUSED;
    }
    if (granted.size() >= MAX_KNOWN) {
      granted.clear();
    }
    granted.put(keyed(authorization), new CachedGrant(user, System.nanoTime() + KNOWN_NANOS));
    return new Verdict(true, user);
  }

  /** The hash of a user, or a hash of equal cost that no password matches. */
  String comparedHash(String user) {
    return hashes.getOrDefault(user, dummyHash);
  }

  private static boolean isBasic(String authorization) {
    return authorization.regionMatches(true, 0, "Basic ", 0, 6);
  }

  private static @Nullable String decoded(String authorization) {
    if (!isBasic(authorization)) {
      return null;
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(authorization.substring(6).strip());
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  private ByteBuffer keyed(String authorization) {
    MessageDigest digest = Algorithm.SHA_256.start();
    digest.update(key);
    return ByteBuffer.wrap(digest.digest(authorization.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public String challenge() {
    return challenge;
  }
}
