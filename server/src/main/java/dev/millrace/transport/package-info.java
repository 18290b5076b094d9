/** What any transport offers to the layers above. */
@NullMarked
package dev.millrace.transport;

import org.jspecify.annotations.NullMarked;
