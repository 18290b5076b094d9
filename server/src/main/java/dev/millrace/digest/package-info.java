/**
 * Digests of files. Imports {@code files} and the core modules.
 *
 * <ul>
 *   <li>{@link dev.millrace.digest.DigestService}: for the server, without blocking the event
 *       thread; hashing threads read and hash. It belongs to one event thread; the others ask
 *       through {@link dev.millrace.digest.CrossLoopDigests}.
 *   <li>{@link dev.millrace.digest.SqliteDigestStore}: what is known, across restarts.
 *   <li>{@link dev.millrace.digest.Scrubber}: reads again what is known, in the background.
 *   <li>{@link dev.millrace.digest.FileDigests} and {@link dev.millrace.digest.Verification}: for
 *       commands, with calls that wait.
 * </ul>
 */
@NullMarked
package dev.millrace.digest;

import org.jspecify.annotations.NullMarked;
