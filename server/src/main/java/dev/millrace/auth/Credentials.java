package dev.millrace.auth;

import org.jspecify.annotations.Nullable;

/** Tells good credentials from others. Any thread. */
public interface Credentials {
  /**
   * The outcome.
   *
   * @param user who it is; empty if not granted
   */
  record Verdict(boolean granted, String user) {
    static final Verdict REFUSED = new Verdict(false, "");
  }

  /**
   * The outcome if it costs nothing to know, else null.
   *
   * @param authorization the field, or null
   */
  @Nullable Verdict cachedResult(@Nullable String authorization);

  /** The outcome, whatever it costs: on a worker. */
  Verdict verify(@Nullable String authorization);

  /** The value of WWW-Authenticate. */
  String challenge();
}
