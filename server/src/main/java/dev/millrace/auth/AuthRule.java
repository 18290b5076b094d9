package dev.millrace.auth;

import dev.millrace.files.ParsedPath;

/**
 * Who may see what.
 *
 * @param prefix the paths that begin so
 * @param credentials what must be shown for them
 */
public record AuthRule(ParsedPath prefix, Credentials credentials) {}
