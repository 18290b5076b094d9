/** Reader and Writer beside the JDK's buffered streams and Okio, as ratios within one run. */
@NullMarked
package dev.millrace.io.benchmarks;

import org.jspecify.annotations.NullMarked;
