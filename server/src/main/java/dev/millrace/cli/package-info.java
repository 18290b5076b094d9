/**
 * The command line: {@link dev.millrace.cli.Millrace} and its subcommands. Imports {@code app}, and
 * for the commands that need no server {@code digest}, {@code files}, {@code plan}, {@code doctor}
 * and, for {@code top}, {@code metrics} and JLine.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
