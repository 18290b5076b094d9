package dev.millrace.management;

import java.util.Locale;

/** Formats numbers for people: three digits and a fitting unit. */
public final class HumanFormat {
  private static final String[] SECONDS = {"ns", "µs", "ms", "s"};
  private static final String[] NUMBERS = {"", " k", " M", " G", " T"};
  private static final String[] BYTES = {"B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"};

  private HumanFormat() {}

  /** Formats a value; a dash for NaN and infinities. */
  public static String text(double value, Status.Unit unit) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    return switch (unit) {
      case SECONDS -> value == 0 ? "0 s" : scaled(value * 1e9, 1000, " ", SECONDS);
      case BYTES_PER_SECOND -> scaled(value, 1024, " ", BYTES);
      case NUMBER -> scaled(value, 1000, "", NUMBERS);
      case PER_SECOND -> scaled(value, 1000, "", NUMBERS) + "/s";
    };
  }

  private static String scaled(double value, int step, String space, String[] units) {
    double rest = value;
    int unit = 0;
    while (Math.abs(rest) >= step * 0.9995 && unit < units.length - 1) {
      rest /= step;
      unit++;
    }
    int digits =
        rest == Math.rint(rest) || Math.abs(rest) >= 100 ? 0 : Math.abs(rest) >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + digits + "f", rest) + space + units[unit];
  }
}
