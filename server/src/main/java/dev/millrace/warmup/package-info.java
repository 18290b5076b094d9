/** The rehearsal before the start: the code that requests take is compiled. */
@NullMarked
package dev.millrace.warmup;

import org.jspecify.annotations.NullMarked;
