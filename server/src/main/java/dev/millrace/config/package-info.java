/** Settings from the command line, the environment and a YAML file. */
@NullMarked
package dev.millrace.config;

import org.jspecify.annotations.NullMarked;
