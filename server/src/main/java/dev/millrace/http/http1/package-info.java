/**
 * HTTP/1.0 and 1.1: connections that read requests strictly, fill Undertow's exchanges from their
 * bytes, and write responses.
 *
 * <pre>
 *   Http1Loop        what the connections of one loop share: parser, scratch memory, date, names
 *   Http1Connection  one connection: its states, from the first byte to the end
 *     ├ RequestReader  reads heads, answers from the cache, holds what is for later
 *     │   └ Http1Head    the head that was parsed last, for {@code http.exchange}; RefusedLine
 *     ├ RequestBody    a request's body: a length or chunks; Continue
 *     ├ ResponseSink   a response's body behind its head
 *     │   └ ResponseHead  writes heads, from which the cache is filled
 *     └ Ending         what comes after the last answer
 * </pre>
 *
 * <p>Everything runs on the loop thread, except for bodies, which the thread of their handler reads
 * and writes. Imports {@code gate} (the parsers), {@code hot} (the cache), {@code http.exchange},
 * Undertow and XNIO; knows neither handlers nor the transport it is given.
 */
@NullMarked
package dev.millrace.http.http1;

import org.jspecify.annotations.NullMarked;
