/**
 * The part of HTTP that all versions share: from a parsed request head to the end of the exchange.
 *
 * <pre>
 *   engine (http1, later http2)                 this package                      handlers
 *   head parsed ───── RequestHead ──► ExchangeFactory.make ──► HttpServerExchange ──► root handler
 *     │ cached response: no exchange                                                  │
 *     └ rejected ──── Refusal ──────► ExchangeFactory.refused ────────────────────────┤
 *   head written ◄── ResponseFraming ◄── the exchange's response channel ◄────────────┘
 * </pre>
 *
 * <ul>
 *   <li>{@link dev.millrace.http.exchange.RequestHead}: one request head, independent of the HTTP
 *       version; {@link dev.millrace.http.exchange.FieldNames} caches field names.
 *   <li>{@link dev.millrace.http.exchange.EngineConnection}: base class of the engine's
 *       connections. It implements {@link dev.millrace.http.exchange.RequestOrigin}, the handlers'
 *       view of the current request.
 *   <li>{@link dev.millrace.http.exchange.ResponseFraming}: whether a response has a body, and of
 *       which length.
 *   <li>{@link dev.millrace.http.exchange.Connections}: the connections of one loop by last
 *       activity: idle ones are closed, a stop ends them.
 *   <li>{@link dev.millrace.http.exchange.RequestTracker}, {@link
 *       dev.millrace.http.exchange.RequestStats}: count and measure requests.
 *   <li>{@link dev.millrace.http.exchange.RejectionHandler}, {@link
 *       dev.millrace.http.exchange.RequestBodyDiscarder}, {@link
 *       dev.millrace.http.exchange.ErrorResponder}, {@link
 *       dev.millrace.http.exchange.ExchangeFailures}: error responses and unused bodies.
 * </ul>
 *
 * <p>Counting and logging are handlers of the root chain ({@code RequestTracker}, {@code
 * accesslog.AccessLog}), so that every exchange passes them, rejected ones included.
 *
 * <p>Loop thread only, unless stated otherwise. Imports {@code cache}, {@code digest}, {@code
 * files}, {@code http.parser} and Undertow; no engine, no transport.
 */
@NullMarked
package dev.millrace.http.exchange;

import org.jspecify.annotations.NullMarked;
