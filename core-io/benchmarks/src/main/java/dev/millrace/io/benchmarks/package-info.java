/**
 * Reader and Writer beside the JDK's buffered streams and Okio, and an echo server beside the JDK's
 * and Netty's, as ratios within one run.
 */
@NullMarked
package dev.millrace.io.benchmarks;

import org.jspecify.annotations.NullMarked;
