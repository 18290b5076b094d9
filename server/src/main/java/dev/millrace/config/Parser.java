package dev.millrace.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses the text of a setting. The message of a failure states the rule. */
@FunctionalInterface
public interface Parser<T extends @Nullable Object> {
  T parse(String text) throws SettingsException;

  /** YAML 1.2 has true and false; on and off are common in other servers' configurations. */
  static boolean flag(String text) throws SettingsException {
    return switch (text) {
      case "on", "true" -> true;
      case "off", "false" -> false;
      default -> throw new SettingsException("'" + text + "' is not one of on, off, true, false");
    };
  }

  /**
   * Accepts the keys of a map.
   *
   * @param allowed the keys in the order of the message
   */
  static <T> Parser<T> oneOf(Map<String, T> values, String allowed) {
    return text -> {
      T value = values.get(text);
      if (value == null) {
        throw new SettingsException("'" + text + "' is not one of " + allowed);
      }
      return value;
    };
  }

  /** Accepts whole numbers of a range. */
  static Parser<Integer> number(int min, int max) {
    return text -> {
      try {
        int number = Integer.parseInt(text);
        if (number >= min && number <= max) {
          return number;
        }
      } catch (NumberFormatException notANumber) {
        // rejected below, like a number out of range
      }
      throw new SettingsException("'" + text + "' is not a number from " + min + " to " + max);
    };
  }

  /** A number with a unit, as {@code 30s}. */
  static Duration duration(String text) throws SettingsException {
    Matcher match = Patterns.DURATION.matcher(text);
    if (!match.matches()) {
      throw new SettingsException("'" + text + "' is not a number and ms, s, m or h, as in 30s");
    }
    long number = Long.parseLong(match.group(1));
    return switch (match.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  /** A size in bytes, from 1 to 2 GiB - 1, as {@code 32KiB}. */
  static int bytes(String text) throws SettingsException {
    long bytes = anySize(text);
    if (bytes > 0 && bytes <= Integer.MAX_VALUE) {
      return (int) bytes;
    }
    throw new SettingsException(
        "'" + text + "' is not a number of bytes, KiB, MiB or GiB from 1 up to 2 GiB, as in 32KiB");
  }

  /** A size in bytes, from 1. */
  static long largeSize(String text) throws SettingsException {
    long bytes = anySize(text);
    if (bytes > 0) {
      return bytes;
    }
    throw new SettingsException(
        "'" + text + "' is not a number of bytes, KiB, MiB or GiB from 1, as in 10GiB");
  }

  /** 0 if it is not a size. */
  private static long anySize(String text) {
    Matcher match = Patterns.SIZE.matcher(text);
    if (!match.matches()) {
      return 0;
    }
    long unit =
        switch (match.group(2)) {
          case "KiB" -> 1L << 10;
          case "MiB" -> 1L << 20;
          case "GiB" -> 1L << 30;
          default -> 1;
        };
    return Long.parseLong(match.group(1)) * unit;
  }

  /** Compiled once. */
  final class Patterns {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(|KiB|MiB|GiB)");

    private Patterns() {}
  }
}
