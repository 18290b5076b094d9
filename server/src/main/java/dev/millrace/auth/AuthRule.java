package dev.millrace.auth;

import dev.millrace.files.ParsedPath;

/**
 * Restricts the paths below a prefix.
 *
 * @param prefix all paths that start with it are restricted
 * @param credentials the credentials that a request for such a path needs
 */
public record AuthRule(ParsedPath prefix, Credentials credentials) {}
