/** The files that the simulations ask for. */
@NullMarked
package dev.millrace.load;

import org.jspecify.annotations.NullMarked;
