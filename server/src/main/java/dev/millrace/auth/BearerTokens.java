package dev.millrace.auth;

import dev.millrace.digest.Algorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens (RFC 6750 §2.1). A token is compared by its hash with all hashes, each in constant
 * time, so that the duration reveals nothing about the tokens.
 */
public final class BearerTokens implements Credentials {
  private final List<byte[]> hashes;
  private final String challenge;

  /**
   * @param realm the challenge's realm, without quotes
   * @param tokens the accepted tokens
   */
  public BearerTokens(String realm, List<String> tokens) {
    this.hashes = tokens.stream().map(BearerTokens::sha256).toList();
    this.challenge = "Bearer realm=\"" + realm + "\"";
  }

  private static byte[] sha256(String text) {
    return Algorithm.SHA_256.start().digest(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Verdict cachedResult(@Nullable String authorization) {
    return verify(authorization);
  }

  @Override
  public Verdict verify(@Nullable String authorization) {
    String scheme = "Bearer ";
    if (authorization == null
        || !authorization.regionMatches(true, 0, scheme, 0, scheme.length())) {
      return Verdict.REFUSED;
    }
    byte[] actual = sha256(authorization.substring(scheme.length()).strip());
    boolean match = false;
    for (byte[] hash : hashes) {
      match |= MessageDigest.isEqual(hash, actual);
    }
    return match ? new Verdict(true, "bearer") : Verdict.REFUSED;
  }

  @Override
  public String challenge() {
    return challenge;
  }
}
