/**
 * The command line: {@link dev.millrace.cli.Millrace} and its subcommands. Imports {@code app}, and
 * for the commands that need no server {@code digest}, {@code files} and {@code plan}.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
