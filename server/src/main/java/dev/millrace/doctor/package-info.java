/**
 * Explains why io_uring is unavailable on this machine, and what else to change.
 *
 * <ul>
 *   <li>{@link dev.millrace.doctor.Doctor}: runs the checks.
 *   <li>{@link dev.millrace.doctor.Machine}: reads /proc and /sys.
 *   <li>{@link dev.millrace.doctor.Report}: the results, each a {@link dev.millrace.doctor.Check},
 *       as text and as JSON.
 * </ul>
 *
 * <p>Runs on the command's main thread; it may block. Imports {@code text}, core-io and core-sync.
 */
@NullMarked
package dev.millrace.doctor;

import org.jspecify.annotations.NullMarked;
