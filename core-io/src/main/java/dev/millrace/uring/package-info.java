/**
 * The ring: operations in, completions out.
 *
 * <ul>
 *   <li>{@link dev.millrace.uring.Ring}: the interface that the loop drives; a simulated twin
 *       stands behind the same one.
 *   <li>{@link dev.millrace.uring.IoUring}: the kernel's ring, set up through liburing, its queues
 *       read and written from Java.
 *   <li>{@link dev.millrace.uring.EncodingRing}: what both write into their submission queues.
 *   <li>{@link dev.millrace.uring.OpKind}, {@link dev.millrace.uring.Features}: which operations
 *       there are, and which the kernel at hand has.
 *   <li>{@link dev.millrace.uring.UserData}: what a submission carries so that its completion finds
 *       its way back.
 *   <li>{@link dev.millrace.uring.Completions}: room for completions taken in bulk.
 *   <li>{@link dev.millrace.uring.BufferRing}: buffers provided to the kernel for receiving.
 *   <li>{@link dev.millrace.uring.RingUnavailableException}: why there is no ring, and the cure;
 *       {@link dev.millrace.uring.RingProbe}: what there is, flag by flag, for people.
 * </ul>
 *
 * <p>Of Zig's {@code IoUring}, {@code get_sqe} is part of each {@code prep} method, which finds its
 * entry itself, and {@code cqe_seen} of {@code reap} and {@code copyCqes}, which free what they
 * take.
 *
 * <p>Imports {@code uring.abi} and core-sync. A ring belongs to one thread; see {@code Ring}.
 */
package dev.millrace.uring;
