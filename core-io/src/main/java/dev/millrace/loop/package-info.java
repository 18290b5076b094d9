/**
 * The event loop: one thread, one ring.
 *
 * <ul>
 *   <li>{@link dev.millrace.loop.EventLoop}: reaps and dispatches completions, runs posted tasks
 *       and timers.
 *   <li>{@link dev.millrace.loop.LoopThread}: an event loop with its thread.
 *   <li>{@link dev.millrace.loop.CompletionTarget}: owns operations and receives their completions.
 *   <li>{@link dev.millrace.loop.Wakeup}: ends the loop's sleep from another thread.
 *   <li>{@link dev.millrace.loop.Timer}: a scheduled task; {@code Timers} orders them.
 *   <li>{@link dev.millrace.loop.LoopExecutors} runs blocking work on worker threads; {@link
 *       dev.millrace.loop.LoopWait} lets another thread wait for the loop.
 *   <li>{@link dev.millrace.loop.Histogram}, {@link dev.millrace.loop.ExponentialHistogram}, {@link
 *       dev.millrace.loop.LoopStats}: metrics, written by the loop thread and read by any; {@code
 *       SlowTurn} and {@code SlowOperation}: JFR events.
 * </ul>
 *
 * <p>Only the loop thread may call, unless a method says "any thread". Imports {@code uring},
 * {@code sync} and {@code sync.ffi}.
 */
package dev.millrace.loop;
