/** The process's log on standard error. */
@NullMarked
package dev.millrace.logging;

import org.jspecify.annotations.NullMarked;
