/**
 * HTTP/2 (RFC 9113): connections that parse frames strictly, answer each stream as HTTP/1.1 answers
 * a request, and bound what a client can make them do.
 *
 * <pre>
 *   Http2Loop          state shared by one loop's connections: buffers, encoder, parser, limits
 *   Http2Connection    one connection and its states, from the preface to the close
 *     ├ FrameParser      checks frames, assembles header blocks; calls a FrameListener
 *     │   └ Http2Streams   what a frame means for the streams; FloodGuard counts the cheap ones
 *     │       └ Requests     a request from its fields (RequestBuilder): cached, exchange, or refused
 *     │           └ Http2Exchange  Undertow's view of a stream: StreamChannel, StreamSource, StreamSink
 *     └ FrameSender      sends ControlFrames, then streams within the windows, by urgency (StreamTable)
 *         ├ ColdPiece      a piece of a file that the ring reads
 *         └ FrameOutput    collects the frames of a turn, bounded
 * </pre>
 *
 * <ul>
 *   <li>A request is turned into the HTTP/1.1 head with the same meaning, which {@code
 *       http.parser.HeadParser} checks. So both versions refuse the same requests, and cache,
 *       exchange and log see the same bytes.
 *   <li>A response that the cache has in memory is sent at once, without a stream object.
 *   <li>Errors: {@link dev.millrace.http.http2.Http2Exception} ends the connection with GOAWAY;
 *       stream errors reset their stream (RFC 9113 §5.4).
 * </ul>
 *
 * <p>Runs on the loop thread. Imports {@code cache}, {@code files}, {@code http.exchange}, {@code
 * http.hpack}, {@code http.parser}, {@code transport}, Undertow and XNIO; no handlers.
 */
@NullMarked
package dev.millrace.http.http2;

import org.jspecify.annotations.NullMarked;
