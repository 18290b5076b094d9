/**
 * What a request gets: the file handler and what goes around it.
 *
 * <ul>
 *   <li>{@link dev.millrace.http.FileHandler}: resolve, open, plan, send.
 *   <li>{@code BodyTransfer}: a file's bytes to the client, in flat memory.
 *   <li>{@code WantDigest}, {@code Validators}, {@code MediaTypes}: pure functions of headers and
 *       facts.
 *   <li>{@link dev.millrace.http.GateAnswers} and {@link dev.millrace.http.RequestBodies}: what the
 *       gate refused is answered; bodies that nobody wants are dropped.
 *   <li>{@link dev.millrace.http.ForwardedHeaders}: the client that trusted proxies name.
 *   <li>{@link dev.millrace.http.RequestTracker}: counts, durations, draining.
 * </ul>
 *
 * <p>Handlers run on the event thread and never block it. Imports {@code digest}, {@code files},
 * {@code gate} and Undertow; never {@code transport}.
 */
@NullMarked
package dev.millrace.http;

import org.jspecify.annotations.NullMarked;
