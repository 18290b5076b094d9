/**
 * Synchronisation primitives on Linux futexes, after Zig 0.15's {@code std.Thread}.
 *
 * <ul>
 *   <li>{@link dev.millrace.sync.Futex} makes a thread sleep on a word and wakes it; {@link
 *       dev.millrace.sync.Deadline} bounds a series of such waits.
 *   <li>{@link dev.millrace.sync.AtomicWord}, {@link dev.millrace.sync.AtomicLongWord}: words to
 *       sleep on or to count with, under a {@link dev.millrace.sync.MemoryOrder}.
 *   <li>{@link dev.millrace.sync.Mutex}, {@link dev.millrace.sync.RwLock}, {@link
 *       dev.millrace.sync.Condition}, {@link dev.millrace.sync.Semaphore}, {@link
 *       dev.millrace.sync.ResetEvent}, {@link dev.millrace.sync.WaitGroup}: the primitives, each on
 *       words on its own cache lines.
 *   <li>{@link dev.millrace.sync.SyncThread}, {@link dev.millrace.sync.ThreadPool}: threads.
 *   <li>{@link dev.millrace.sync.Errno}: the error numbers of the kernel, by name.
 * </ul>
 *
 * <p>Names are Zig's in Java's spelling, except {@code wait}, which is {@code await} where it would
 * clash with {@link java.lang.Object#wait()}. Zig's {@code error.Timeout} is the result false.
 *
 * <p>All waits ignore interruption and keep the interrupt status. All detectable misuse throws an
 * exception that describes it. Any thread may call, platform or virtual. Imports {@code sync.ffi}
 * only.
 */
package dev.millrace.sync;
