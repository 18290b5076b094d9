/**
 * Figures as meters: what the loop, the pool, the transport and the handlers count, in the names
 * and units that Prometheus expects; and as charts of the last minutes for people.
 *
 * <ul>
 *   <li>{@link dev.millrace.metrics.ServerMetrics}: the registry and what is in it.
 *   <li>{@link dev.millrace.management.Status}: a point a second of what {@link
 *       dev.millrace.management.ServerStatus} chooses, shown by {@link
 *       dev.millrace.management.StatusHtml} and {@link dev.millrace.management.StatusJson}.
 * </ul>
 *
 * <p>Read on scrapes only; nothing here is called on the data path but the pool's observer. Imports
 * what it reads, Micrometer and the Prometheus client.
 */
@NullMarked
package dev.millrace.metrics;

import org.jspecify.annotations.NullMarked;
