/**
 * Compressed forms of files, made once and then served like stored variants.
 *
 * <pre>
 *   content.file ──► Compression (one a loop) ──► digest of the file ──► CompressedFiles.open
 *                          │ none yet                                        ▲
 *                          └──► a worker: CompressionTask ──────────────────┘
 *                                 reads, hashes and compresses; decodes the result and compares
 * </pre>
 *
 * <p>A compressed form is identified by the SHA-256 digest of the content, the coding and the level
 * ({@link dev.millrace.content.compress.CompressedName}), so it can never be that of other content.
 */
@NullMarked
package dev.millrace.content.compress;

import org.jspecify.annotations.NullMarked;
