/** JSON text and path patterns. */
@NullMarked
package dev.millrace.text;

import org.jspecify.annotations.NullMarked;
