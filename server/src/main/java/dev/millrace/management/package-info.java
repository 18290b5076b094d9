/** The management port: health, metrics, the status page. */
@NullMarked
package dev.millrace.management;

import org.jspecify.annotations.NullMarked;
