/** The access log: what is noted of a request, its formats, and the thread that writes them. */
@NullMarked
package dev.millrace.accesslog;

import org.jspecify.annotations.NullMarked;
