package dev.millrace.http.parser;

import java.time.Duration;

/**
 * Every bound of the gate.
 *
 * @param targetBytes longest request target; a longer one is 414
 * @param headBytes longest request line and fields together, with their line ends; 431
 * @param fields most field lines of a head; 431
 * @param headTimeout longest time from the first byte of a head, or from when the server was ready
 *     for it, until its last; 408
 * @param chunkExtensionBytes longest chunk extensions of one body, all together; 400
 * @param trailerBytes longest trailer section; 431
 * @param bodyBytes longest body of a request that has no use for one; 413
 * @param bodyTimeout longest time that such a body may take; 408
 * @param lingerBytes most bytes that are read and dropped after the last answer of a connection
 * @param lingerTimeout longest time that this may take
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
   * The target's bound admits the kernel's longest path, of 4095 bytes, with each byte
   * percent-encoded, and 4 KiB of query. It is part of the head's, which is what a connection
   * holds.
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
    require(targetBytes >= 1 && targetBytes < headBytes, "a target fits into a head");
    require(headBytes <= 1 << 20, "a head is held in memory");
    require(fields >= 1 && fields <= 1_000, "fields: 1 to 1000");
    require(chunkExtensionBytes >= 0 && trailerBytes >= 0, "lengths are not negative");
    require(bodyBytes >= 0 && lingerBytes >= 0, "lengths are not negative");
    require(
        headTimeout.isPositive() && bodyTimeout.isPositive() && lingerTimeout.isPositive(),
        "times are positive");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** The same with another time for heads. */
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
