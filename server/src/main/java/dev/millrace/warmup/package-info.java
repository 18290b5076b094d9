/**
 * The warm-up before the start, after which the code of requests is compiled.
 *
 * <ul>
 *   <li>{@link dev.millrace.warmup.WarmUp}: starts and stops servers in cycles.
 *   <li>{@link dev.millrace.warmup.WarmUpTraffic}: sends requests to each of them, through {@code
 *       WarmUpClient}. Own thread.
 *   <li>{@link dev.millrace.warmup.C2Threads}: lowers the compiler's priority afterwards.
 * </ul>
 *
 * <p>Imports {@code accesslog}, {@code config}, {@code content} and {@code server}.
 */
@NullMarked
package dev.millrace.warmup;

import org.jspecify.annotations.NullMarked;
