/**
 * What a process gives up, so that code that takes it over can do less.
 *
 * <ul>
 *   <li>{@link dev.millrace.process.User}: another user than root.
 *   <li>{@link dev.millrace.process.Landlock}: the files outside of some directories.
 * </ul>
 *
 * <p>Neither can be undone. Imports {@code uring} (errors) and {@code sync.ffi}.
 */
package dev.millrace.process;
