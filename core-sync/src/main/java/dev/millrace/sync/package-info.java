/**
 * Synchronisation primitives on Linux futexes, after Zig 0.15's {@code std.Thread}.
 *
 * <ul>
 *   <li>{@link dev.millrace.sync.Futex} puts a thread to sleep on a word and wakes it; {@link
 *       dev.millrace.sync.Deadline} bounds a series of such waits.
 *   <li>{@link dev.millrace.sync.AtomicWord}, {@link dev.millrace.sync.AtomicLongWord}: words to
 *       sleep on or to count with, under a {@link dev.millrace.sync.MemoryOrder}.
 *   <li>{@link dev.millrace.sync.Mutex}, {@link dev.millrace.sync.RwLock}, {@link
 *       dev.millrace.sync.Condition}, {@link dev.millrace.sync.Semaphore}, {@link
 *       dev.millrace.sync.ResetEvent}, {@link dev.millrace.sync.WaitGroup}: the primitives, each on
 *       words of its own cache line.
 *   <li>{@link dev.millrace.sync.SyncThread}, {@link dev.millrace.sync.ThreadPool}: threads.
 * </ul>
 *
 * <p>Names are Zig's in Java's spelling, except {@code wait}, which is {@code await} where {@link
 * java.lang.Object#wait()} stands in the way. Zig's {@code error.Timeout} is the answer false.
 *
 * <p>One rule for all waits: interruption is ignored and the interrupt status kept. One rule for
 * all misuse that can be seen: an exception that says what happened. Imports {@code sync.ffi} only.
 * Any thread may call, platform or virtual.
 */
package dev.millrace.sync;
