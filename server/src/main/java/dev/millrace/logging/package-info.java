/**
 * The process's log on standard error: {@link dev.millrace.logging.LogHandler}. The log writer
 * thread writes the lines. Imports {@code server} (for its bounded stop) and core-sync.
 */
@NullMarked
package dev.millrace.logging;

import org.jspecify.annotations.NullMarked;
