package dev.millrace.http.exchange;

import dev.millrace.http.parser.RejectReason;

/**
 * A request that is not taken.
 *
 * @param line its request line as it was received, one character a byte, as far as it came; perhaps
 *     no request line at all
 */
public record Refusal(RejectReason reason, String line) {}
