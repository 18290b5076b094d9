package dev.millrace.http.parser;

import java.time.Duration;

/**
 * The bounds of the HTTP parser. The number after a bound is the status of the response to a
 * request beyond it.
 *
 * @param targetBytes maximum length of the request target; 414
 * @param headBytes maximum length of request line and fields together, line ends included; 431
 * @param fields maximum number of field lines; 431
 * @param headTimeout maximum time from the first byte of a head, or from the moment at which the
 *     server was ready for it, until its last byte; 408
 * @param chunkExtensionBytes maximum total length of the chunk extensions of one body; 400
 * @param trailerBytes maximum length of the trailer section; 431
 * @param bodyBytes maximum length of a body that the handler does not use; 413
 * @param bodyTimeout maximum time to receive such a body; 408
 * @param lingerBytes maximum number of bytes discarded after the last response of a connection
 * @param lingerTimeout maximum time of that discarding
 */
public record HttpLimits(
    int targetBytes,
    int headBytes,
    int fields,
    Duration headTimeout,
    int chunkExtensionBytes,
    int trailerBytes,
    long bodyBytes,
    Duration bodyTimeout,
    long lingerBytes,
    Duration lingerTimeout) {

  /**
   * The target's bound admits the kernel's longest path (4095 bytes) with every byte
   * percent-encoded, and 4 KiB of query. It is part of the head's bound, which a connection may
   * hold in memory.
   */
  public static final HttpLimits DEFAULT =
      new HttpLimits(
          16 << 10,
          32 << 10,
          100,
          Duration.ofSeconds(10),
          1 << 10,
          8 << 10,
          1 << 20,
          Duration.ofSeconds(30),
          16 << 20,
          Duration.ofSeconds(5));

  public HttpLimits {
    require(
        targetBytes >= 1 && targetBytes < headBytes,
        "the target length must be at least 1 and less than the head length");
    require(headBytes <= 1 << 20, "the head length must be at most 1 MiB");
    require(fields >= 1 && fields <= 1_000, "fields must be 1 to 1000");
    require(chunkExtensionBytes >= 0 && trailerBytes >= 0, "lengths must not be negative");
    require(bodyBytes >= 0 && lingerBytes >= 0, "lengths must not be negative");
    require(
        headTimeout.isPositive() && bodyTimeout.isPositive() && lingerTimeout.isPositive(),
        "timeouts must be positive");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** A copy with another head timeout. */
  public HttpLimits withHeadTimeout(Duration timeout) {
    return new HttpLimits(
        targetBytes,
        headBytes,
        fields,
        timeout,
        chunkExtensionBytes,
        trailerBytes,
        bodyBytes,
        bodyTimeout,
        lingerBytes,
        lingerTimeout);
  }
}
