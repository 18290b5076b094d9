/**
 * TCP and Unix sockets: system calls that open, configure and close them. The ring transfers the
 * bytes.
 *
 * <ul>
 *   <li>{@link dev.millrace.net.Sockets}: the system calls.
 *   <li>{@link dev.millrace.net.SocketAddresses}: addresses in native memory.
 *   <li>{@link dev.millrace.net.AddressText}: addresses as text.
 * </ul>
 *
 * <p>No call blocks. Any thread. Imports {@code uring} and {@code sync.ffi}.
 */
package dev.millrace.net;
