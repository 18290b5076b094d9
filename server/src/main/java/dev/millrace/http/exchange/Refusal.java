package dev.millrace.http.exchange;

import dev.millrace.http.parser.RejectReason;

/**
 * A request that the engine rejects.
 *
 * @param line the request line as received, one character a byte, possibly incomplete; any text if
 *     the bytes are not HTTP
 */
public record Refusal(RejectReason reason, String line) {}
