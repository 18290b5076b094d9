package dev.millrace.limits;

import dev.millrace.config.Parser;
import dev.millrace.config.SettingsException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes in a time.
 *
 * @param bytes at least 1
 * @param periodNanos a second, a minute or an hour
 */
public record ByteRate(long bytes, long periodNanos) {
  private static final Pattern FORM = Pattern.compile("(.+)/([smh])");

  /** Parses {@code 10MiB/s}, {@code 1GiB/m} or {@code 100GiB/h}. */
  static ByteRate parse(String text) throws SettingsException {
    Matcher match = FORM.matcher(text);
    if (!match.matches()) {
      throw new SettingsException("'" + text + "' is not a size and /s, /m or /h, as in 10GiB/h");
    }
    return new ByteRate(size(match.group(1)), Rate.periodNanos(match.group(2)));
  }

  /** Parses a size from 1 byte. */
  static long size(String text) throws SettingsException {
    return Parser.largeSize(text);
  }

  /** The time of one byte. */
  double intervalNanos() {
    return (double) periodNanos / bytes;
  }

  /** The bytes of a second, at least one: the burst if none is set. */
  long defaultBurst() {
    return Math.max(1, (long) (TimeUnit.SECONDS.toNanos(1) / intervalNanos()));
  }
}
