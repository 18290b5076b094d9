/**
 * Strict reading of HTTP/1.x, before anything is made of it: which bytes are a request, and why
 * others are none.
 *
 * <pre>
 *   HeadParser   one request head: offsets and flags, or a RejectReason
 *     └ RequestLine (Method, Target), FieldLines (Field, HeadFields), Authority
 *   ChunkParser  the framing of a chunked body
 *   Held         bytes that were received and not used yet
 *   ProxyOpenListener  before all that, from trusted peers: ProxyHeader (PROXY protocol v1, v2)
 * </pre>
 *
 * <ul>
 *   <li>The parsers are pure: bytes in at any split, the same verdict out, nothing allocated.
 *   <li>What is refused is counted by reason in {@link dev.millrace.http.parser.ParserStats} and
 *       answered by {@code http.RejectionHandler}, in its turn: earlier requests get their answers
 *       first.
 *   <li>All bounds are in {@link dev.millrace.http.parser.HttpLimits}.
 * </ul>
 *
 * <p>Everything of a connection runs on its I/O thread. Imports {@code io} and XNIO; knows neither
 * Undertow nor the transport it is given.
 */
@NullMarked
package dev.millrace.http.parser;

import org.jspecify.annotations.NullMarked;
