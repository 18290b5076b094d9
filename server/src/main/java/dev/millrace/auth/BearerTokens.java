package dev.millrace.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens (RFC 6750 §2.1). Their hashes are compared, all of them and in constant time, so
 * that how long it takes tells nothing of any.
 */
public final class BearerTokens implements Credentials {
  private final List<byte[]> hashes;
  private final String challenge;

  /**
   * @param realm for the challenge, without quotes
   * @param tokens those that are good
   */
  public BearerTokens(String realm, List<String> tokens) {
    this.hashes = tokens.stream().map(BearerTokens::sha256).toList();
    this.challenge = "Bearer realm=\"" + realm + "\"";
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has it
    }
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
    byte[] shown = sha256(authorization.substring(scheme.length()).strip());
    boolean good = false;
    for (byte[] hash : hashes) {
      good |= MessageDigest.isEqual(hash, shown);
    }
    return good ? new Verdict(true, "bearer") : Verdict.REFUSED;
  }

  @Override
  public String challenge() {
    return challenge;
  }
}
