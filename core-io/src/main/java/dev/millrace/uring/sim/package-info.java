/**
 * A ring without a kernel, for testing what is built on one.
 *
 * <ul>
 *   <li>{@link dev.millrace.uring.sim.SimulatedRing}: the ring; everything it does follows from a
 *       seed, so that a run that went wrong can be had again.
 *   <li>{@link dev.millrace.uring.sim.Faults}: how unkind it is.
 *   <li>{@link dev.millrace.uring.sim.SimulatedFiles}, {@link
 *       dev.millrace.uring.sim.SimulatedNetwork}: the files and sockets its operations act on.
 *   <li>{@link dev.millrace.uring.sim.MisuseError}: the caller broke the ring's contract.
 * </ul>
 *
 * <p>Imports {@code uring} and {@code uring.abi}. Part of the library and not of its tests, because
 * who writes a loop of his own needs it for his. One thread; nothing here waits or reads a clock.
 */
package dev.millrace.uring.sim;
