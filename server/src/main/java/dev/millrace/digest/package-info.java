/**
 * Digests of files: the event thread reads, the worker pool hashes.
 *
 * <p>{@link dev.millrace.digest.DigestService} is the whole of it for now. Imports {@code files}
 * and core-sync.
 */
@NullMarked
package dev.millrace.digest;

import org.jspecify.annotations.NullMarked;
