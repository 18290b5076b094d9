package dev.millrace.http.semantics;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Dates of HTTP (RFC 9110 §5.6.7): one format is sent, three are accepted. */
public final class HttpDate {
  private static final DateTimeFormatter IMF_FIXDATE = form("EEE, dd MMM uuuu HH:mm:ss 'GMT'");
  private static final DateTimeFormatter ASCTIME = form("EEE MMM ppd HH:mm:ss uuuu");

  private static final long FIRST = LocalDateTime.of(0, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC);
  private static final long LAST =
      LocalDateTime.of(9999, 12, 31, 23, 59, 59).toEpochSecond(ZoneOffset.UTC);

  /** Size of the table; a power of two. */
  private static final int RECENT = 1024;

  /** Recently formatted dates of files. Any thread may replace an entry. */
  private static final AtomicReferenceArray<@Nullable Formatted> FORMATTED =
      new AtomicReferenceArray<>(RECENT);

  private record Formatted(long epochSeconds, String text) {}

  private HttpDate() {}

  private static DateTimeFormatter form(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /** A two-digit year is at most fifty years in the future (RFC 9110 §5.6.7). */
  private static DateTimeFormatter rfc850(int thisYear) {
    return new DateTimeFormatterBuilder()
        .appendPattern("EEEE, dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, thisYear - 49)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /**
   * Whether the instant has an HTTP date. IMF-fixdate has four-digit years, but file times can be
   * beyond them: tmpfs stores any 64-bit number of seconds.
   */
  public static boolean exists(long epochSeconds) {
    return FIRST <= epochSeconds && epochSeconds <= LAST;
  }

  /** The date of a file's modification time, or null if it is out of range. */
  public static @Nullable String ofFile(long epochSeconds) {
    return exists(epochSeconds) ? format(epochSeconds) : null;
  }

  /**
   * Formats an instant as an IMF-fixdate, in whole seconds.
   *
   * @throws IllegalArgumentException if the instant is out of range
   */
  public static String format(long epochSeconds) {
    int slot = (int) (epochSeconds & (RECENT - 1));
    Formatted last = FORMATTED.getPlain(slot);
    if (last == null || last.epochSeconds != epochSeconds) {
      last = new Formatted(epochSeconds, formatNew(epochSeconds));
      FORMATTED.setRelease(slot, last);
    }
    return last.text;
  }

  private static String formatNew(long epochSeconds) {
    if (!exists(epochSeconds)) {
      throw new IllegalArgumentException(epochSeconds + " s is outside of the years 0 to 9999");
    }
    return IMF_FIXDATE.format(Instant.ofEpochSecond(epochSeconds).atOffset(ZoneOffset.UTC));
  }

  /**
   * Parses any of the three formats; returns seconds since the epoch, or null if malformed.
   *
   * @param nowSeconds the current time, which decides the century of a two-digit year
   */
  static @Nullable Long parse(String text, long nowSeconds) {
    int year = Instant.ofEpochSecond(nowSeconds).atOffset(ZoneOffset.UTC).getYear();
    // The position of the comma identifies the format.
    DateTimeFormatter form =
        text.length() > 3 && text.charAt(3) == ','
            ? IMF_FIXDATE
            : text.indexOf(',') > 0 ? rfc850(year) : ASCTIME;
    try {
      return LocalDateTime.parse(text, form).toEpochSecond(ZoneOffset.UTC);
    } catch (DateTimeException noDate) {
      return null;
    }
  }
}
