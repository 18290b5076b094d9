/** The command line: {@link dev.millrace.cli.Millrace} and its subcommands. Imports {@code app}. */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
