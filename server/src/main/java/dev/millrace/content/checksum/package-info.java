/**
 * Checksum files that the server generates: {@code FILE.sha256} and similar ({@link
 * dev.millrace.content.checksum.ChecksumFiles}), and {@code SHA256SUMS} ({@link
 * dev.millrace.content.checksum.ChecksumListBody}).
 *
 * <p>Loop thread only; hashing threads compute the digests. Imports {@code content}, {@code
 * digest}, {@code files}, {@code http.exchange}, {@code http.semantics}, {@code text} and Undertow.
 */
@NullMarked
package dev.millrace.content.checksum;

import org.jspecify.annotations.NullMarked;
