/**
 * One task in three execution models on one ring: copy a file and hash it; and an echo server.
 *
 * <ul>
 *   <li>{@link dev.millrace.examples.PlatformThreadCopy}: a platform thread per task.
 *   <li>{@link dev.millrace.examples.VirtualThreadCopy}: the same code on a virtual thread per
 *       task.
 *   <li>{@link dev.millrace.examples.StateMachineCopy}: an object per task, driven by completions.
 *   <li>{@link dev.millrace.examples.ExecutionModels}: measures the cost of each.
 *   <li>{@link dev.millrace.examples.VirtualThreadEcho}: accepts, reads and writes on virtual
 *       threads.
 * </ul>
 *
 * <p>{@code Outcome} passes a result to the main thread. Imports core-io and core-sync.
 */
@NullMarked
package dev.millrace.examples;

import org.jspecify.annotations.NullMarked;
