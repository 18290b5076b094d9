/**
 * Listening sockets on XNIO's own NIO worker, for systems without io_uring: {@link
 * dev.millrace.transport.nio.NioSockets}. Imports only {@code transport}, XNIO and the JDK.
 */
@NullMarked
package dev.millrace.transport.nio;

import org.jspecify.annotations.NullMarked;
