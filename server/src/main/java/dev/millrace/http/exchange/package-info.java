/**
 * What the versions of HTTP share: from a request that an engine has read to its end.
 *
 * <pre>
 *   engine (http1, later http2)                 this package                      handlers
 *   a head is read ── RequestHead ──► ExchangeFactory.make ──► HttpServerExchange ──► root handler
 *     │ answered by the cache: no exchange                                            │
 *     └ refused ──── Refusal ───────► ExchangeFactory.refused ────────────────────────┤
 *   the head is written ◄── ResponseFraming ◄── the exchange's response channel ◄─────┘
 * </pre>
 *
 * <ul>
 *   <li>{@link dev.millrace.http.exchange.RequestHead}: one request head, whatever bytes it came
 *       in; {@link dev.millrace.http.exchange.FieldNames} has the names of fields.
 *   <li>{@link dev.millrace.http.exchange.RequestOrigin}: what a connection, or a stream, tells the
 *       handlers of its present request.
 *   <li>{@link dev.millrace.http.exchange.ResponseFraming}: what the status, the method and the
 *       fields of a response say about its body.
 *   <li>{@link dev.millrace.http.exchange.Connections}: the connections of one loop, in the order
 *       of their activity: idle ones are closed, a stop ends them.
 * </ul>
 *
 * <p>Counting and logging are handlers of the root's chain ({@code http.RequestTracker}, {@code
 * http.AccessLog}), so that every exchange, a refused one included, goes through them.
 *
 * <p>Loop thread only, where nothing else is said. Imports {@code gate}, {@code hot}, {@code plan}
 * and Undertow; no engine, no transport.
 */
@NullMarked
package dev.millrace.http.exchange;

import org.jspecify.annotations.NullMarked;
