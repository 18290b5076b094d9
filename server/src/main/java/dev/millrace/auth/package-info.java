/**
 * Authentication: which requests may access which paths of a mount.
 *
 * <ul>
 *   <li>{@link dev.millrace.auth.Authentication}: finds the {@link dev.millrace.auth.AuthRule} of a
 *       path and enforces it. Loop thread.
 *   <li>{@link dev.millrace.auth.Credentials}: verifies what a request presents; {@link
 *       dev.millrace.auth.BasicPasswords} on worker threads, {@link dev.millrace.auth.BearerTokens}
 *       at once; {@link dev.millrace.auth.ClientSubjects} accepts client certificates.
 *   <li>{@code ForwardAuth}: lets another service decide.
 * </ul>
 *
 * <p>Imports {@code files}, {@code http.exchange} and Undertow.
 */
@NullMarked
package dev.millrace.auth;

import org.jspecify.annotations.NullMarked;
