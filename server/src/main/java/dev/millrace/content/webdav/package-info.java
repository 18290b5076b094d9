/**
 * WebDAV classes 1 and 2 (RFC 4918), except PUT and DELETE, which {@code content.write} has.
 *
 * <ul>
 *   <li>{@link dev.millrace.content.webdav.WebdavHandler}: authenticates, then starts a method.
 *   <li>{@code PropertyRequest}, {@code PropertyListing}, {@code PropertyUpdate}: PROPFIND and
 *       PROPPATCH. {@code LiveProperties} come from a file's status, {@code DeadProperties} from an
 *       extended attribute.
 *   <li>{@code Transfer}: COPY and MOVE. {@code LockRequest}: LOCK and UNLOCK. MKCOL is in the
 *       handler.
 *   <li>{@code XmlElement}: parses and writes XML; {@code MultiStatus} writes responses.
 * </ul>
 *
 * <p>All that waits for a disk runs on the worker threads of writes.
 */
@NullMarked
package dev.millrace.content.webdav;

import org.jspecify.annotations.NullMarked;
