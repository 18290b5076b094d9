/**
 * Files beneath a root, asked for by request path: resolving, opening, reading, without blocking
 * the thread that asks.
 *
 * <ul>
 *   <li>{@link dev.millrace.files.RequestPath}: from a request target to names, by pure functions.
 *   <li>{@link dev.millrace.files.FileAccess}: open, read, close; {@link
 *       dev.millrace.files.RingFileAccess} by the ring, {@link dev.millrace.files.PoolFileAccess}
 *       by the worker pool where there is no ring.
 *   <li>{@link dev.millrace.files.ReadBuffers}: native memory to read into.
 * </ul>
 *
 * <p>Knows no HTTP server. Imports core-io and core-sync. One event thread calls, and is called
 * back.
 */
@NullMarked
package dev.millrace.files;

import org.jspecify.annotations.NullMarked;
