/**
 * What a request gets: the file handler and what goes around it.
 *
 * <ul>
 *   <li>{@link dev.millrace.http.Router}: from a request to its {@link dev.millrace.http.Mount};
 *       {@link dev.millrace.http.FileHandler} serves one.
 *   <li>{@code FileRequest} finds what a request gets, {@code FileAnswer} and {@code ListingAnswer}
 *       send it, {@code ErrorPages} what is neither.
 *   <li>{@code BodyTransfer}: {@code Pieces} of a body to the client, in flat memory.
 *   <li>{@link dev.millrace.http.RejectionHandler} and {@link dev.millrace.http.RequestBodies}:
 *       what the engine refused is answered; bodies that no handler reads are dropped.
 *   <li>{@link dev.millrace.http.ForwardedHeaders}: the client that trusted proxies name.
 *   <li>{@link dev.millrace.http.RequestTracker}: requests under way, draining; {@link
 *       dev.millrace.http.RequestStats}: durations and sizes.
 * </ul>
 *
 * <p>Handlers run on the event thread and never block it. Imports {@code plan}, {@code listing},
 * {@code digest}, {@code files}, {@code gate}, {@code hot}, {@code http.exchange} and Undertow;
 * never {@code http1} or {@code transport}.
 */
@NullMarked
package dev.millrace.http;

import org.jspecify.annotations.NullMarked;
