/**
 * What a request gets: the file handler and what goes around it.
 *
 * <ul>
 *   <li>{@link dev.millrace.content.Router}: from a request to its {@link
 *       dev.millrace.content.Mount}; {@link dev.millrace.content.file.FileHandler} serves one.
 *   <li>{@code FileRequest} finds what a request gets, {@code FileAnswer} and {@code ListingAnswer}
 *       send it, {@code ErrorPages} what is neither.
 *   <li>{@code BodyTransfer}: {@code Pieces} of a body to the client, in flat memory.
 *   <li>{@link dev.millrace.http.exchange.RejectionHandler} and {@link
 *       dev.millrace.http.exchange.RequestBodyDiscarder}: what the engine refused is answered;
 *       bodies that no handler reads are dropped.
 *   <li>{@link dev.millrace.proxy.ForwardedHeaders}: the client that trusted proxies name.
 *   <li>{@link dev.millrace.http.exchange.RequestTracker}: requests under way, draining; {@link
 *       dev.millrace.http.exchange.RequestStats}: durations and sizes.
 * </ul>
 *
 * <p>Handlers run on the event thread and never block it. Imports {@code plan}, {@code listing},
 * {@code digest}, {@code files}, {@code gate}, {@code hot}, {@code http.exchange} and Undertow;
 * never {@code http1} or {@code transport}.
 */
@NullMarked
package dev.millrace.content;

import org.jspecify.annotations.NullMarked;
