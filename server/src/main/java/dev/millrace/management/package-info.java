/**
 * The management port: health checks, metrics and the status page.
 *
 * <ul>
 *   <li>{@link dev.millrace.management.ManagementServer}: serves the pages on the management
 *       threads.
 *   <li>{@link dev.millrace.management.HealthCheck}: runs a check on another thread with a time
 *       limit.
 *   <li>{@link dev.millrace.management.PageRenderQueue}: renders expensive pages on one thread.
 *   <li>{@link dev.millrace.management.Status}: records the charts that {@link
 *       dev.millrace.management.ServerStatus} defines; {@link dev.millrace.management.StatusHtml}
 *       and {@link dev.millrace.management.StatusJson} write them.
 * </ul>
 *
 * <p>No code here runs on a loop thread except the checks. Imports {@code digest}, {@code
 * http.exchange}, {@code metrics}, {@code text} and the transports.
 */
@NullMarked
package dev.millrace.management;

import org.jspecify.annotations.NullMarked;
