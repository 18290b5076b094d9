/**
 * Meters in Prometheus's names and units, read from the counters of loops, pools, transports and
 * handlers.
 *
 * <ul>
 *   <li>{@link dev.millrace.metrics.ServerMetrics}: the registry and its meters; {@link
 *       dev.millrace.metrics.RingMetrics} adds those of the rings.
 *   <li>{@link dev.millrace.metrics.HistogramCollector}: exposes single-writer histograms.
 *   <li>{@link dev.millrace.metrics.LoopAggregates} and {@link dev.millrace.metrics.RateSamplers}:
 *       sums over loops, and values per interval.
 *   <li>{@link dev.millrace.metrics.PoolMetrics}: the observer of a thread pool.
 * </ul>
 *
 * <p>Counters are read on scrapes only. Only the pool's observer runs on worker threads. Imports
 * {@code cache}, {@code digest}, {@code files}, {@code http.exchange}, {@code http.parser}, {@code
 * transport.uring}, core-io, core-sync, Micrometer and the Prometheus client.
 */
@NullMarked
package dev.millrace.metrics;

import org.jspecify.annotations.NullMarked;
