/**
 * Figures as meters: what the loop, the pool, the transport and the handlers count, in the names
 * and units that Prometheus expects.
 *
 * <p>Read on scrapes only; nothing here is called on the data path but the pool's observer. Imports
 * what it reads, Micrometer and the Prometheus client.
 */
@NullMarked
package dev.millrace.metrics;

import org.jspecify.annotations.NullMarked;
