/**
 * Digests of files.
 *
 * <ul>
 *   <li>{@link dev.millrace.digest.DigestService}: computes digests for the server without blocking
 *       the loop thread; hashing threads read and hash. One loop thread owns it; the others use
 *       {@link dev.millrace.digest.CrossLoopDigests}.
 *   <li>{@link dev.millrace.digest.SqliteDigestStore}: stores digests across restarts.
 *   <li>{@link dev.millrace.digest.Scrubber}: rereads hashed files in the background to find
 *       corrupt ones.
 *   <li>{@link dev.millrace.digest.FileDigests} and {@link dev.millrace.digest.Verification}:
 *       blocking computation for commands.
 *   <li>{@link dev.millrace.digest.ChecksumLines}: the format of checksum files.
 * </ul>
 *
 * <p>Imports {@code files}, core-io and core-sync.
 */
@NullMarked
package dev.millrace.digest;

import org.jspecify.annotations.NullMarked;
