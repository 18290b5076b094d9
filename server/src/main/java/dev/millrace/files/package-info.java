/**
 * Files beneath a root: resolving, opening and reading by request path, without blocking the loop
 * thread.
 *
 * <ul>
 *   <li>{@link dev.millrace.files.RequestPath}: parses a request target into names; pure functions.
 *   <li>{@link dev.millrace.files.FileAccess}: opens and reads. {@link
 *       dev.millrace.files.RingFileAccess} uses the ring, {@link dev.millrace.files.PoolFileAccess}
 *       the worker threads where there is no ring; {@link dev.millrace.files.OpenFiles} caches open
 *       files in front of either.
 *   <li>{@link dev.millrace.files.OpenFile}: a shared descriptor with its status at opening.
 *   <li>{@link dev.millrace.files.Root}: the directory beneath which paths are resolved.
 *   <li>{@link dev.millrace.files.DirectoryScan} and {@link dev.millrace.files.FileTree}: read
 *       directories with blocking calls.
 *   <li>{@link dev.millrace.files.ReadBuffers}: native memory to read into.
 * </ul>
 *
 * <p>One loop thread calls and is called back, except where a class names other threads. Imports
 * core-io and core-sync, no package of the server.
 */
@NullMarked
package dev.millrace.files;

import org.jspecify.annotations.NullMarked;
