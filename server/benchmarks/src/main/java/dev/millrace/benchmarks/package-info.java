/** What parts of the server cost, measured; docs/benchmarks.md has the commands and the figures. */
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
