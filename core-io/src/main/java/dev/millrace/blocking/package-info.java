/**
 * Blocking calls over a ring: a platform thread sleeps, a virtual thread parks and leaves its
 * carrier free.
 *
 * <ul>
 *   <li>{@link dev.millrace.blocking.RingCaller}: one operation at a time, posted to a loop.
 *   <li>{@link dev.millrace.blocking.RingFileReader} and {@link
 *       dev.millrace.blocking.RingFileWriter}: a file.
 *   <li>{@link dev.millrace.blocking.RingSocket} and {@link
 *       dev.millrace.blocking.RingServerSocket}: a connection, and connections that arrive.
 * </ul>
 *
 * <p>Any thread but the loop's. Imports {@code io}, {@code loop}, {@code net}, {@code uring},
 * {@code sync} and {@code sync.ffi}.
 */
package dev.millrace.blocking;
