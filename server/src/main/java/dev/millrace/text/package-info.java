/**
 * Text formats without HTTP: JSON strings ({@link dev.millrace.text.JsonText}) and path patterns
 * ({@link dev.millrace.text.Glob}). Pure functions, any thread. Imports no package of the server.
 */
@NullMarked
package dev.millrace.text;

import org.jspecify.annotations.NullMarked;
