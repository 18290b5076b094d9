/**
 * A simulated ring for testing users of {@code Ring} without a kernel.
 *
 * <ul>
 *   <li>{@link dev.millrace.uring.sim.SimulatedRing}: the ring. A seed determines its behaviour, so
 *       a failed run can be reproduced.
 *   <li>{@link dev.millrace.uring.sim.Faults}: the chances of rare behaviour.
 *   <li>{@link dev.millrace.uring.sim.SimulatedFiles}, {@link
 *       dev.millrace.uring.sim.SimulatedNetwork}: the files and sockets that operations use.
 *   <li>{@link dev.millrace.uring.sim.MisuseError}: the caller violated the ring's contract.
 * </ul>
 *
 * <p>Part of the library and not of its tests, because authors of other loops need it. One thread;
 * never blocks or reads the system clock. Imports {@code uring}, {@code uring.abi} and {@code
 * sync.ffi}.
 */
package dev.millrace.uring.sim;
