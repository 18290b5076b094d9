/**
 * A simulated ring for testing users of {@code Ring}: without a kernel, or with the order, the
 * faults and the time of the running one simulated.
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
 * <pre>
 *   SimulatedRing ─ Scheduler ─ when each operation ends ─ Events, Chances
 *                       └────── Kernel ── MemoryKernel: files and sockets in memory
 *                                     └── SystemKernel: those of the process
 * </pre>
 *
 * <p>Part of the library and not of its tests, because authors of other loops need it. One thread.
 * Without the system it never blocks or reads the clock. Imports {@code uring}, {@code uring.abi}
 * and {@code sync.ffi}.
 */
package dev.millrace.uring.sim;
