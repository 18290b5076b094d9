package dev.millrace.limits;

import dev.millrace.config.SettingsException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of requests in a time.
 *
 * @param count at least 1
 * @param periodNanos a second, a minute or an hour
 */
public record Rate(int count, long periodNanos) {
  private static final int MAX_COUNT = 1_000_000;
  private static final Pattern FORM = Pattern.compile("(\\d{1,7})/([smh])");

  /** Parses {@code 10/s}, {@code 60/m} or {@code 100/h}. */
  static Rate parse(String text) throws SettingsException {
    Matcher match = FORM.matcher(text);
    int count = match.matches() ? Integer.parseInt(match.group(1)) : 0;
    if (count < 1 || count > MAX_COUNT) {
      throw new SettingsException(
          "'"
              + text
              + "' is not a number from 1 to "
              + MAX_COUNT
              + " and /s, /m or /h, as in 10/s");
    }
    return new Rate(count, periodNanos(match.group(2)));
  }

  /** The time that a letter stands for: s, m or h. */
  static long periodNanos(String letter) {
    TimeUnit unit =
        switch (letter) {
          case "s" -> TimeUnit.SECONDS;
          case "m" -> TimeUnit.MINUTES;
          default -> TimeUnit.HOURS;
        };
    return unit.toNanos(1);
  }

  /** The time of one request. */
  long intervalNanos() {
    return Math.max(1, periodNanos / count);
  }

  /** The requests of a second, at least one: the burst if none is set. */
  int defaultBurst() {
    return (int) Math.max(1, TimeUnit.SECONDS.toNanos(1) / intervalNanos());
  }
}
