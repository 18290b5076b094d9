package dev.millrace.http;

import dev.millrace.file.FileFacts;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What tells one version of a file from another (RFC 9110 §8.8). */
final class Validators {
  /** IMF-fixdate (RFC 9110 §5.6.7). */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private Validators() {}

  /** A strong tag of modification time, to the nanosecond, and size. */
  static String entityTag(FileFacts facts) {
    return "\""
        + Long.toHexString(facts.modifiedSeconds())
        + "."
        + Integer.toHexString(facts.modifiedNanos())
        + "-"
        + Long.toHexString(facts.sizeBytes())
        + "\"";
  }

  /** The modification time as an HTTP date, whole seconds. */
  static String lastModified(FileFacts facts) {
    return HTTP_DATE.format(Instant.ofEpochSecond(facts.modifiedSeconds()));
  }
}
