/**
 * The access log.
 *
 * <ul>
 *   <li>{@link dev.millrace.accesslog.AccessLog}: a handler that collects an entry for each
 *       request, one instance a loop. Loop thread.
 *   <li>{@link dev.millrace.accesslog.AccessLogWriter}: writes batches of entries in an {@link
 *       dev.millrace.accesslog.AccessLogFormat}. Log writer thread.
 * </ul>
 *
 * <p>Imports {@code auth}, {@code http.exchange}, {@code http.parser}, {@code text} and Undertow.
 */
@NullMarked
package dev.millrace.accesslog;

import org.jspecify.annotations.NullMarked;
