/**
 * The binary interface of io_uring: the memory layouts of the kernel and liburing, and the calls.
 *
 * <ul>
 *   <li>{@link dev.millrace.uring.abi.Sqe}, {@link dev.millrace.uring.abi.Cqe}, {@link
 *       dev.millrace.uring.abi.Params}, {@link dev.millrace.uring.abi.UringStruct}, {@link
 *       dev.millrace.uring.abi.Structs}: C structures, shown in the Javadoc, with offsets named as
 *       in the header and asserted sizes.
 *   <li>{@link dev.millrace.uring.abi.Uapi}: the constants.
 *   <li>{@link dev.millrace.uring.abi.Liburing}: the only class that calls the library.
 * </ul>
 *
 * <p>Not exported. Imports {@code sync.ffi}.
 */
package dev.millrace.uring.abi;
