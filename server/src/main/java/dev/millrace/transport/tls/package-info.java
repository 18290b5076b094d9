/**
 * TLS between a transport's connections and HTTP.
 *
 * <pre>
 *   StreamConnection ──► TlsLoop ──► Handshake ──complete──► TlsConnection ──► HTTP
 *   of a transport        plain HTTP: 400      tasks on          TlsSource: opens records
 *                                              a thread pool     TlsSink, DirectTlsSink: seal records
 * </pre>
 *
 * <ul>
 *   <li>{@link dev.millrace.transport.tls.TlsServer}: what all connections share: the context of
 *       JSSE, its parameters, the pool for handshakes, the statistics.
 *   <li>{@link dev.millrace.transport.tls.TlsLoop}: accepts connections on one loop and holds its
 *       buffers.
 * </ul>
 *
 * <p>A TLS connection is a connection like that of the transport below it, so HTTP is the same code
 * with TLS and without. It is for its loop thread only; a pool thread owns the engine while it runs
 * a task of the handshake. Imports {@code config} and {@code transport}.
 */
@NullMarked
package dev.millrace.transport.tls;

import org.jspecify.annotations.NullMarked;
