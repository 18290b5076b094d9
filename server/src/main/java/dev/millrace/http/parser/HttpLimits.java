package dev.millrace.http.parser;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import java.time.Duration;
import java.util.List;

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

  private static final Key<Duration> HEAD_TIMEOUT =
      Key.one(
          "head-timeout",
          "10s",
          "TIME",
          "Maximum time to receive a request head; beyond it the response is 408.",
          Parser::duration);

  private static final Key<Integer> MAX_TARGET =
      Key.one(
          "max-target",
          "16KiB",
          "SIZE",
          "Maximum length of a request target; beyond it the response is 414.",
          Parser::bytes);

  private static final Key<Integer> MAX_HEAD =
      Key.one(
          "max-head",
          "32KiB",
          "SIZE",
          "Maximum length of a request head; beyond it the response is 431.",
          Parser::bytes);

  private static final Key<Integer> MAX_FIELDS =
      Key.one(
          "max-fields",
          "100",
          "N",
          "Maximum number of fields of a request; beyond it the response is 431.",
          Parser.number(1, 1000));

  /** The keys of the limits that can be configured. */
  public static final List<Key<?>> KEYS = List.of(HEAD_TIMEOUT, MAX_TARGET, MAX_HEAD, MAX_FIELDS);

  /** The limits that are configured. */
  public static HttpLimits of(Settings settings) throws SettingsException {
    try {
      return new HttpLimits(
          settings.get(MAX_TARGET),
          settings.get(MAX_HEAD),
          settings.get(MAX_FIELDS),
          settings.get(HEAD_TIMEOUT),
          DEFAULT.chunkExtensionBytes,
          DEFAULT.trailerBytes,
          DEFAULT.bodyBytes,
          DEFAULT.bodyTimeout,
          DEFAULT.lingerBytes,
          DEFAULT.lingerTimeout);
    } catch (IllegalArgumentException wrong) {
      throw new SettingsException("max-target, max-head, head-timeout: " + wrong.getMessage());
    }
  }

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
