package dev.millrace.http.http2;

import java.time.Duration;

/**
 * The bounds of HTTP/2 connections, beside those of {@link dev.millrace.http.parser.HttpLimits}.
 *
 * @param streams open streams of one connection (SETTINGS_MAX_CONCURRENT_STREAMS)
 * @param tableBytes size of the decoder's dynamic table (SETTINGS_HEADER_TABLE_SIZE)
 * @param sendTimeout maximum time without progress of a stream that has bytes to send
 */
public record Http2Limits(int streams, int tableBytes, Duration sendTimeout) {
  public static final Http2Limits DEFAULT = new Http2Limits(128, 4096, Duration.ofMinutes(2));
}
