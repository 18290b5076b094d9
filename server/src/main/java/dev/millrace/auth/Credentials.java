package dev.millrace.auth;

import org.jspecify.annotations.Nullable;

/** Verifies the credentials of requests. Any thread. */
public interface Credentials {
  /**
   * The result of a verification.
   *
   * @param user the user's name; empty if not granted
   */
  record Verdict(boolean granted, String user) {
    static final Verdict REFUSED = new Verdict(false, "");
  }

  /**
   * The verdict if it is cached or cheap, otherwise null: then call {@link #verify}.
   *
   * @param authorization the value of the Authorization field, or null
   */
  @Nullable Verdict cachedResult(@Nullable String authorization);

  /** Computes the verdict. May take long, so call it on a worker thread. */
  Verdict verify(@Nullable String authorization);

  /** The value of WWW-Authenticate. */
  String challenge();
}
