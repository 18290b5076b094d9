package dev.millrace.http;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Names and passwords (RFC 7617) against bcrypt hashes, as {@code htpasswd -B} writes them.
 *
 * <p>bcrypt takes tens of milliseconds by design, so a worker computes it, and who was let in once
 * is known again for some time by a keyed hash of what was shown; the password itself is not kept.
 * A name that does not exist costs as much as one that does.
 */
public final class BasicPasswords implements Credentials {
  private static final int MAX_KNOWN = 4096;
  private static final long KNOWN_NANOS = 60_000_000_000L;

  /** The hash of no password: random bytes that nobody has. */
  private static final String NOBODY =
      "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

  private record Known(String user, long untilNanos) {}

  private final Map<String, String> hashes;
  private final String challenge;
  private final byte[] key = new byte[32];
  private final Map<ByteBuffer, Known> granted = new ConcurrentHashMap<>();

  /**
   * @param realm for the challenge, without quotes
   * @param hashes bcrypt hashes by name
   */
  public BasicPasswords(String realm, Map<String, String> hashes) {
    this.hashes = Map.copyOf(hashes);
    this.challenge = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    new SecureRandom().nextBytes(key);
  }

  /** Whether this is a hash that can be compared with. */
  public static boolean isBcrypt(String hash) {
    return hash.matches("\\$2[aby]\\$\\d\\d\\$[./A-Za-z0-9]{53}");
  }

  @Override
  public @Nullable Verdict known(@Nullable String authorization) {
    if (authorization == null || !isBasic(authorization)) {
      return Verdict.REFUSED;
    }
    ByteBuffer shown = keyed(authorization);
    Known known = granted.get(shown);
    if (known == null) {
      return null;
    }
    if (System.nanoTime() - known.untilNanos() > 0) {
      granted.remove(shown);
      return null;
    }
    return new Verdict(true, known.user());
  }

  @Override
  public Verdict examine(@Nullable String authorization) {
    String pair = authorization == null ? null : decoded(authorization);
    int colon = pair == null ? -1 : pair.indexOf(':');
    if (pair == null || authorization == null || colon < 0) {
      return Verdict.REFUSED;
    }
    String user = pair.substring(0, colon);
    String hash = hashes.get(user);
    byte[] password = pair.substring(colon + 1).getBytes(StandardCharsets.UTF_8);
    boolean same =
        BCrypt.verifyer()
            .verify(password, (hash == null ? NOBODY : hash).getBytes(StandardCharsets.US_ASCII))
            .verified;
    if (hash == null || !same) {
      return Verdict.REFUSED;
    }
    if (granted.size() >= MAX_KNOWN) {
      granted.clear();
    }
    granted.put(keyed(authorization), new Known(user, System.nanoTime() + KNOWN_NANOS));
    return new Verdict(true, user);
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
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(key);
      return ByteBuffer.wrap(digest.digest(authorization.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has it
    }
  }

  @Override
  public String challenge() {
    return challenge;
  }
}
