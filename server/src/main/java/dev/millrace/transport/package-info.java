/**
 * What every transport offers to the layers above.
 *
 * <ul>
 *   <li>{@link dev.millrace.transport.ListeningSockets}: the sockets that listen on one address.
 *   <li>{@link dev.millrace.transport.Admission}: decides whether an accepted connection may stay.
 *   <li>{@link dev.millrace.transport.DirectOutput}: stages bytes and file segments past XNIO.
 *   <li>{@link dev.millrace.transport.SecureConnection}: a connection over TLS.
 *   <li>{@link dev.millrace.transport.Sealer}: encrypts file segments on their way.
 * </ul>
 *
 * <p>Called on the connection's loop thread, except that the starting thread listens. Imports no
 * other package of the server.
 */
@NullMarked
package dev.millrace.transport;

import org.jspecify.annotations.NullMarked;
