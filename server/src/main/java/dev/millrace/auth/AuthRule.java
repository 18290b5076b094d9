package dev.millrace.auth;

import dev.millrace.files.ParsedPath;

/**
 * Restricts the paths below a prefix.
 *
 * @param prefix all paths that start with it are restricted
 * @param check decides which requests for such paths are allowed
 */
public record AuthRule(ParsedPath prefix, AuthCheck check) {
  /** A rule that requires credentials. */
  public AuthRule(ParsedPath prefix, Credentials credentials) {
    this(prefix, new CredentialsCheck(credentials));
  }
}
