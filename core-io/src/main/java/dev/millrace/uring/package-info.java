/**
 * The ring: operations in, completions out.
 *
 * <ul>
 *   <li>{@link dev.millrace.uring.Ring}: the interface that the loop drives; {@code uring.sim} has
 *       a simulated implementation.
 *   <li>{@link dev.millrace.uring.IoUring}: the kernel's ring, set up through liburing; Java code
 *       reads and writes its queues.
 *   <li>{@link dev.millrace.uring.EncodingRing}: encodes submission queue entries for both.
 *   <li>{@link dev.millrace.uring.OpKind}, {@link dev.millrace.uring.Features}: the kinds of
 *       operations, and those that the kernel supports.
 *   <li>{@link dev.millrace.uring.UserData}: the value that routes a completion to its target.
 *   <li>{@link dev.millrace.uring.Completions}: a buffer for completions copied in bulk.
 *   <li>{@link dev.millrace.uring.BufferRing}: buffers provided to the kernel for receiving.
 *   <li>{@link dev.millrace.uring.RingUnavailableException}: why no ring can be set up, and the
 *       cure; {@link dev.millrace.uring.RingProbe}: the kernel's capabilities, for diagnosis.
 * </ul>
 *
 * <p>Differences from Zig's {@code IoUring}: each {@code prep} method gets its entry itself ({@code
 * get_sqe}), and {@code reap} and {@code copyCqes} free the entries that they remove ({@code
 * cqe_seen}).
 *
 * <p>A ring belongs to one thread; see {@code Ring}. Imports {@code uring.abi}, {@code sync.ffi}.
 */
package dev.millrace.uring;
