/**
 * io_uring's binary interface: what the kernel and liburing lay out in memory, and the calls.
 *
 * <p>One layout class a C structure, showing it, with offsets named as in the header and its size
 * asserted; {@link dev.millrace.uring.abi.Liburing} is the only class that calls the library.
 * Imports {@code sync.ffi}; exported to nobody.
 */
package dev.millrace.uring.abi;
