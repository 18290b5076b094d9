/**
 * Strict parsing of HTTP/1.x: which bytes are a request, and why others are rejected.
 *
 * <pre>
 *   HeadParser   one request head: offsets and flags, or a RejectReason
 *     ├ RequestLine   Method, Target
 *     └ HeaderParser  Field, ParsedHeaders, Authority
 *   ChunkParser  the framing of a chunked body
 * </pre>
 *
 * <ul>
 *   <li>The parsers are pure: the result does not depend on how the bytes are split, and nothing is
 *       allocated.
 *   <li>{@link dev.millrace.http.parser.ParserStats} counts rejections by reason; {@code
 *       http.exchange.RejectionHandler} responds to them after all earlier requests.
 *   <li>{@link dev.millrace.http.parser.HttpLimits} holds all bounds.
 * </ul>
 *
 * <p>Runs on the loop thread of the connection. Imports XNIO, and no other package of the server.
 */
@NullMarked
package dev.millrace.http.parser;

import org.jspecify.annotations.NullMarked;
