/**
 * Each primitive beside the JDK's own.
 *
 * <p>{@link dev.millrace.sync.benchmarks.Report} runs them all, ours and theirs by turns, and
 * prints the ratios. Part of no jar.
 */
package dev.millrace.sync.benchmarks;
