/**
 * Why io_uring is refused here, and what else is worth changing on this machine.
 *
 * <ul>
 *   <li>{@link dev.millrace.doctor.Doctor}: looks, and judges.
 *   <li>{@link dev.millrace.doctor.Machine}: reads /proc and /sys.
 *   <li>{@link dev.millrace.doctor.Report}: what was found, as text and as JSON.
 * </ul>
 *
 * <p>Imports core-io and {@code plan}; used by the command line alone.
 */
@NullMarked
package dev.millrace.doctor;

import org.jspecify.annotations.NullMarked;
