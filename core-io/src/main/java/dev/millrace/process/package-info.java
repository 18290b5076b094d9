/**
 * Processes, and what a process gives up, so that a defect can do less.
 *
 * <ul>
 *   <li>{@link dev.millrace.process.User}: another user than root.
 *   <li>{@link dev.millrace.process.Landlock}: the files outside of some directories.
 *   <li>{@link dev.millrace.process.Processes}: signals to other processes.
 * </ul>
 *
 * <p>What is given up cannot be had again. Imports {@code uring} (errors) and {@code sync.ffi}.
 */
package dev.millrace.process;
