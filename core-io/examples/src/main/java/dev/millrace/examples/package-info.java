/**
 * One task, three execution models, one ring: copy a file and hash it on the way.
 *
 * <ul>
 *   <li>{@link dev.millrace.examples.PlatformThreadCopy}: a thread of the system for each task.
 *   <li>{@link dev.millrace.examples.VirtualThreadCopy}: the same code, a virtual thread for each.
 *   <li>{@link dev.millrace.examples.StateMachineCopy}: an object for each, stepped by completions.
 *   <li>{@link dev.millrace.examples.ExecutionModels}: what each costs, measured.
 * </ul>
 */
@NullMarked
package dev.millrace.examples;

import org.jspecify.annotations.NullMarked;
