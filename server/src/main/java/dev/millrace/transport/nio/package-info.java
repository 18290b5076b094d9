/** Sockets of XNIO's own worker, where there is no io_uring. */
@NullMarked
package dev.millrace.transport.nio;

import org.jspecify.annotations.NullMarked;
