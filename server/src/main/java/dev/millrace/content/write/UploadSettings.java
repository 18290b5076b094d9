package dev.millrace.content.write;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import java.time.Duration;
import java.util.List;

/**
 * The limits of uploads, the same for all mounts.
 *
 * @param maxBytes of a body
 * @param max uploads in progress
 * @param maxPerClient uploads in progress of an IPv4 address or IPv6 /64
 * @param minBytesPerSecond a slower client gets 408
 * @param minFreeBytes of the file system that uploads leave free
 * @param mode permissions of new files
 * @param makesParents whether missing parent directories are created
 * @param syncs whether a response waits until the file is on the disk
 * @param requiresDigest whether a body without a digest is refused
 * @param storesVariants whether a body with a content coding is stored as the variant of the file
 * @param expirySeconds after its last byte, a resumable upload is removed
 * @param maxUnfinished resumable uploads of a write rule that are not complete
 */
public record UploadSettings(
    long maxBytes,
    int max,
    int maxPerClient,
    int minBytesPerSecond,
    long minFreeBytes,
    int mode,
    boolean makesParents,
    boolean syncs,
    boolean requiresDigest,
    boolean storesVariants,
    long expirySeconds,
    int maxUnfinished) {
  private static final Key<Long> MAX_BYTES =
      Key.one(
          "upload-max-size",
          "10GiB",
          "SIZE",
          "Maximum size of an uploaded file; a larger one is refused with 413.",
          Parser::largeSize);

  private static final Key<Integer> MAX =
      Key.one(
          "uploads",
          "64",
          "N",
          "Maximum number of uploads in progress; a further one is refused with 503.",
          Parser.number(1, 100_000));

  private static final Key<Integer> MAX_PER_CLIENT =
      Key.one(
          "uploads-per-client",
          "16",
          "N",
          "Maximum number of uploads in progress of an IPv4 address or IPv6 /64.",
          Parser.number(1, 100_000));

  private static final Key<Integer> MIN_RATE =
      Key.one(
          "upload-min-rate",
          "1KiB",
          "SIZE",
          "Bytes per second below which an upload is ended with 408.",
          Parser::bytes);

  private static final Key<Long> MIN_FREE =
      Key.one(
          "upload-min-free",
          "64MiB",
          "SIZE",
          "Space that uploads leave free on the file system; beyond it they are refused with 507.",
          Parser::largeSize);

  private static final Key<Integer> MODE =
      Key.one(
          "upload-mode",
          "0644",
          "MODE",
          "Permissions of uploaded files, in octal.",
          UploadSettings::mode);

  private static final Key<Boolean> PARENTS =
      Key.one(
          "upload-parents",
          "off",
          "on|off",
          "Whether an upload creates missing parent directories, or is refused with 409.",
          Parser::flag);

  private static final Key<Boolean> SYNC =
      Key.one(
          "upload-sync",
          "on",
          "on|off",
          "Whether an upload is on the disk before its response (fsync).",
          Parser::flag);

  private static final Key<Boolean> REQUIRE_DIGEST =
      Key.one(
          "upload-require-digest",
          "off",
          "on|off",
          "Whether an upload without a SHA-256 or SHA-512 digest is refused with 400.",
          Parser::flag);

  private static final Key<Boolean> VARIANTS =
      Key.one(
          "upload-variants",
          "off",
          "on|off",
          "Whether a body with Content-Encoding is stored as NAME.gz, .br or .zst, or refused.",
          Parser::flag);

  private static final Key<Duration> EXPIRY =
      Key.one(
          "upload-expiry",
          "24h",
          "TIME",
          "Time after its last byte until an unfinished resumable upload is removed.",
          Parser::duration);

  private static final Key<Integer> MAX_UNFINISHED =
      Key.one(
          "uploads-unfinished",
          "1000",
          "N",
          "Maximum number of unfinished resumable uploads of a write rule.",
          Parser.number(0, 1_000_000));

  /** The keys of these settings. */
  public static final List<Key<?>> KEYS =
      List.of(
          MAX_BYTES,
          MAX,
          MAX_PER_CLIENT,
          MIN_RATE,
          MIN_FREE,
          MODE,
          PARENTS,
          SYNC,
          REQUIRE_DIGEST,
          VARIANTS,
          EXPIRY,
          MAX_UNFINISHED);

  /** The settings that are configured. */
  public static UploadSettings of(Settings settings) {
    return new UploadSettings(
        settings.get(MAX_BYTES),
        settings.get(MAX),
        settings.get(MAX_PER_CLIENT),
        settings.get(MIN_RATE),
        settings.get(MIN_FREE),
        settings.get(MODE),
        settings.get(PARENTS),
        settings.get(SYNC),
        settings.get(REQUIRE_DIGEST),
        settings.get(VARIANTS),
        settings.get(EXPIRY).toSeconds(),
        settings.get(MAX_UNFINISHED));
  }

  private static int mode(String text) throws SettingsException {
    if (!text.matches("0?[0-7]{3}")) {
      throw new SettingsException("'" + text + "' is not a mode in octal, as in 0644");
    }
    return Integer.parseInt(text, 8);
  }
}
