package dev.millrace.auth;

import dev.millrace.files.RequestPath;

/**
 * Who may see what.
 *
 * @param prefix the paths that begin so
 * @param credentials what must be shown for them
 */
public record AuthRule(RequestPath.Names prefix, Credentials credentials) {}
