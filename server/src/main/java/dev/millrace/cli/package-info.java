/**
 * The command line: {@link dev.millrace.cli.Millrace} and its subcommands.
 *
 * <ul>
 *   <li>{@link dev.millrace.cli.Serve}: runs the server; {@link dev.millrace.cli.PlainServe} parses
 *       its usual command lines without picocli; {@link dev.millrace.cli.Signals} stops it.
 *   <li>{@link dev.millrace.cli.DigestCommand} and {@link dev.millrace.cli.VerifyCommand}:
 *       checksums without a server.
 *   <li>{@link dev.millrace.cli.DoctorCommand}, {@link dev.millrace.cli.HealthCommand} and {@link
 *       dev.millrace.cli.TopCommand}: diagnosis.
 * </ul>
 *
 * <p>Runs on the main thread, except for the progress bar and the signal handlers. Imports {@code
 * config}, {@code digest}, {@code doctor}, {@code files}, {@code logging}, {@code management},
 * {@code server}, {@code text}, {@code warmup}, picocli and JLine.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
