/**
 * HTTP/1.0 and HTTP/1.1: connections that parse requests strictly, create Undertow exchanges from
 * them, and write responses.
 *
 * <pre>
 *   Http1Loop        state shared by one loop's connections: parser, scratch memory, date, names
 *   Http1Connection  one connection and its states, from the first byte to its close
 *     ├ RequestReader  reads heads, queries the response cache, holds bytes of later requests
 *     │   └ Http1Head    the parsed head, passed to {@code http.exchange}; RefusedLine
 *     ├ RequestBody    a request body of fixed length or chunked; InterimResponses
 *     ├ ResponseSink   a response's head and body
 *     │   └ ResponseHead  writes heads, also for the response cache
 *     └ Ending         the connection after its last response
 * </pre>
 *
 * <p>Runs on the loop thread, except for bodies, which the thread of their handler reads and
 * writes. Imports {@code cache}, {@code http.exchange}, {@code http.parser}, {@code
 * http.semantics}, {@code transport}, Undertow and XNIO; no handlers.
 */
@NullMarked
package dev.millrace.http.http1;

import org.jspecify.annotations.NullMarked;
