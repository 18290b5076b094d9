/**
 * TCP sockets: the calls that set one up or tear it down. Moving bytes is the ring's.
 *
 * <p>{@link dev.millrace.net.Sockets} calls, {@link dev.millrace.net.SocketAddresses} translates,
 * {@link dev.millrace.net.AddressText} prints. None blocks. Imports {@code uring} and {@code
 * sync.ffi}. Any thread.
 */
package dev.millrace.net;
