/**
 * Servers that Millrace is compared with, as their libraries' users would write them: {@link
 * dev.millrace.peers.UndertowPeer} and {@link dev.millrace.peers.NettyPeer}. One I/O thread each,
 * arguments {@code ROOT PORT}, until killed.
 */
@NullMarked
package dev.millrace.peers;

import org.jspecify.annotations.NullMarked;
