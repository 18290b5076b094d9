package dev.millrace.config;

import dev.millrace.accesslog.AccessLogFormat;
import dev.millrace.config.Settings.TransportChoice;
import dev.millrace.content.DigestPolicy;
import dev.millrace.digest.Algorithm;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.proxy.Cidr;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Parses the texts of settings. Messages state the rule; {@link ConfigNode} adds the place. */
final class SettingParsers {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(|KiB|MiB|GiB)");

  private SettingParsers() {}

  static TransportChoice transport(String text) throws SettingsException {
    return oneOf(
        text,
        Map.of(
            "auto",
            TransportChoice.AUTO,
            "uring",
            TransportChoice.URING,
            "nio",
            TransportChoice.NIO),
        "auto, uring, nio");
  }

  static SymlinkPolicy symlinks(String text) throws SettingsException {
    return oneOf(
        text,
        Map.of("beneath", SymlinkPolicy.BENEATH, "none", SymlinkPolicy.NONE),
        "beneath, none");
  }

  static ContentCoding coding(String text) throws SettingsException {
    return oneOf(
        text,
        Arrays.stream(ContentCoding.values())
            .collect(Collectors.toMap(ContentCoding::token, coding -> coding)),
        "br, zstd, gzip");
  }

  private static final Map<String, String> FORMER_DIGEST_MODES =
      Map.of("asked", "on-request", "behind", "background", "never", "off");

  static DigestPolicy.Mode digestMode(String text) throws SettingsException {
    String renamed = FORMER_DIGEST_MODES.get(text);
    if (renamed != null) {
      throw new SettingsException("'" + text + "' is now '" + renamed + "'");
    }
    return oneOf(
        text,
        Map.of(
            "on-request", DigestPolicy.Mode.ON_REQUEST,
            "background", DigestPolicy.Mode.BACKGROUND,
            "off", DigestPolicy.Mode.OFF),
        "on-request, background, off");
  }

  static boolean refuseCorrupt(String text) throws SettingsException {
    return oneOf(text, Map.of("serve", false, "refuse", true), "serve, refuse");
  }

  static Algorithm algorithm(String text) throws SettingsException {
    return oneOf(
        text,
        Arrays.stream(Algorithm.values())
            .collect(Collectors.toMap(Algorithm::suffix, algorithm -> algorithm)),
        "sha256, sha512, sha1, md5");
  }

  static Cidr cidr(String text) throws SettingsException {
    try {
      return Cidr.parse(text);
    } catch (IllegalArgumentException wrong) {
      throw new SettingsException(String.valueOf(wrong.getMessage()));
    }
  }

  static AccessLogFormat accessLogFormat(String text) throws SettingsException {
    return oneOf(
        text,
        Map.of("combined", AccessLogFormat.COMBINED, "json", AccessLogFormat.JSON),
        "combined, json");
  }

  /** YAML 1.2 has true and false; on and off are common in other servers' configurations. */
  static boolean flag(String text) throws SettingsException {
    return oneOf(
        text,
        Map.of("on", true, "true", true, "off", false, "false", false),
        "on, off, true, false");
  }

  private static <T> T oneOf(String text, Map<String, T> values, String allowed)
      throws SettingsException {
    T value = values.get(text);
    if (value == null) {
      throw new SettingsException("'" + text + "' is not one of " + allowed);
    }
    return value;
  }

  static int number(String text, int min, int max) throws SettingsException {
    try {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // rejected below, like a number out of range
    }
    throw new SettingsException("'" + text + "' is not a number from " + min + " to " + max);
  }

  static Duration duration(String text) throws SettingsException {
    Matcher match = DURATION.matcher(text);
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

  /** Off, or a time of at most a minute. */
  static Duration warmUp(String text) throws SettingsException {
    if (text.equals("off")) {
      return Duration.ZERO;
    }
    Duration time = duration(text);
    if (time.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new SettingsException("'" + text + "' is longer than 1m");
    }
    return time;
  }

  /** A size in bytes, from 1 to 2 GiB - 1. */
  static int bytes(String text) throws SettingsException {
    Matcher match = SIZE.matcher(text);
    if (match.matches()) {
      long unit =
          switch (match.group(2)) {
            case "KiB" -> 1L << 10;
            case "MiB" -> 1L << 20;
            case "GiB" -> 1L << 30;
            default -> 1;
          };
      long bytes = Long.parseLong(match.group(1)) * unit;
      if (bytes > 0 && bytes <= Integer.MAX_VALUE) {
        return (int) bytes;
      }
    }
    throw new SettingsException(
        "'" + text + "' is not a number of bytes, KiB, MiB or GiB from 1 up to 2 GiB, as in 32KiB");
  }
}
