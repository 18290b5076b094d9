/**
 * Write locks of paths, and the {@code If} field that submits them (RFC 4918 §6, §7, §10.4).
 *
 * <ul>
 *   <li>{@link dev.millrace.content.lock.LockTable} has the locks of all mounts, in memory.
 *   <li>{@link dev.millrace.content.lock.IfHeader} is the parsed field, and its evaluation.
 * </ul>
 */
@NullMarked
package dev.millrace.content.lock;

import org.jspecify.annotations.NullMarked;
