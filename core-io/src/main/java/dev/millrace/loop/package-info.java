/**
 * The event loop: one thread, one ring.
 *
 * <ul>
 *   <li>{@link dev.millrace.loop.EventLoop}: reaps, dispatches, runs posted tasks and timers.
 *   <li>{@link dev.millrace.loop.CompletionTarget}: what owns operations and gets their
 *       completions.
 *   <li>{@link dev.millrace.loop.Wakeup}: how another thread ends the loop's sleep.
 *   <li>{@link dev.millrace.loop.Timer}: a task due later; {@code Timers} keeps them in order.
 *   <li>{@link dev.millrace.loop.Histogram}, {@link dev.millrace.loop.ExponentialHistogram}, {@link
 *       dev.millrace.loop.LoopStats}: figures, written by the loop and read by anyone; {@code
 *       SlowTurn} and {@code SlowOperation}: events for JFR.
 * </ul>
 *
 * <p>Imports {@code uring} and core-sync. Only the loop's thread calls, but where a method says
 * any.
 */
package dev.millrace.loop;
