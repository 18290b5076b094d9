/**
 * The server, assembled from all other packages.
 *
 * <ul>
 *   <li>{@link dev.millrace.server.FileServer}: creates, starts and stops all parts. {@code
 *       LameDuck} and {@link dev.millrace.server.BoundedStop} are the phases of a stop.
 *   <li>{@code LoopContext}: the path of requests on one loop, with all state of its thread; one
 *       instance a loop. It consists of {@code LoopCaches}, {@code LoopMounts} and the HTTP engine.
 *   <li>{@code Listeners}: listening sockets, and the chain of handlers behind them. {@code
 *       ConnectionBound} and {@code DescriptorShares} bound the connections.
 *   <li>{@link dev.millrace.server.Transport}: io_uring or NIO.
 *   <li>{@code Roots}: the directories to serve, followed when they are replaced. Own thread.
 * </ul>
 *
 * <p>The caller's thread starts and stops; requests run on the loop threads. Imports nearly all
 * packages of the server; only {@code logging}, {@code warmup} and {@code cli} import it.
 */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
