/**
 * The file handler: {@link dev.millrace.content.file.FileHandler} authenticates, {@code
 * FileResolver} selects the file, {@code FileResponder} sends it.
 *
 * <p>Loop thread only. Imports {@code auth}, {@code content}, {@code content.checksum}, {@code
 * content.listing}, {@code digest}, {@code files}, {@code http.exchange}, {@code http.semantics}
 * and Undertow.
 */
@NullMarked
package dev.millrace.content.file;

import org.jspecify.annotations.NullMarked;
