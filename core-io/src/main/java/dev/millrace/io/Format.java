package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Formats numbers for {@link Writer}. Digits are produced from the last to the first, at the end of
 * the writer's scratch array, and written from there, so nothing is allocated.
 */
final class Format {
  private static final byte[] LOWER = "0123456789abcdefghijklmnopqrstuvwxyz".getBytes(US_ASCII);
  private static final byte[] UPPER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".getBytes(US_ASCII);
  private static final byte[] BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(US_ASCII);

  private static final long NANOS_PER_MICRO = 1_000;
  private static final long NANOS_PER_MINUTE = 60_000_000_000L;
  private static final long[] LONG_UNITS_NANOS = {
    365 * 24 * 60 * NANOS_PER_MINUTE,
    7 * 24 * 60 * NANOS_PER_MINUTE,
    24 * 60 * NANOS_PER_MINUTE,
    60 * NANOS_PER_MINUTE,
    NANOS_PER_MINUTE
  };
  private static final String LONG_UNITS = "ywdhm";
  private static final int MAX_DECIMALS = 9;

  private Format() {}

  private static byte[] digits(Case letters) {
    return letters == Case.UPPER ? UPPER : LOWER;
  }

  static void align(Writer w, byte[] text, int offset, int length, Padding padding)
      throws WriteFailedException {
    int missing = Math.max(0, padding.width() - length);
    int before =
        switch (padding.alignment()) {
          case LEFT -> 0;
          case CENTER -> missing / 2;
          case RIGHT -> missing;
        };
    w.splatByteAll(padding.fill(), before);
    w.writeAll(text, offset, length);
    w.splatByteAll(padding.fill(), missing - before);
  }

  static void decimal(Writer w, long value) throws WriteFailedException {
    byte[] text = w.scratch();
    int at = text.length;
    // Uses negative numbers throughout: the smallest long has no positive counterpart.
    long rest = value < 0 ? value : -value;
    do {
      text[--at] = (byte) ('0' - rest % 10);
      rest /= 10;
    } while (rest != 0);
    if (value < 0) {
      text[--at] = '-';
    }
    w.writeAll(text, at, text.length - at);
  }

  static void integer(
      Writer w, long value, boolean signed, int radix, Case letters, Padding padding)
      throws WriteFailedException {
    if (radix < Character.MIN_RADIX || radix > Character.MAX_RADIX) {
      throw new IllegalArgumentException("radix must be 2 to 36, was " + radix);
    }
    byte[] digits = digits(letters);
    byte[] text = w.scratch();
    int at = text.length;
    boolean negative = signed && value < 0;
    long rest = negative ? -value : value; // read as unsigned, also correct for the smallest long
    do {
      text[--at] = digits[(int) Long.remainderUnsigned(rest, radix)];
      rest = Long.divideUnsigned(rest, radix);
    } while (rest != 0);
    if (negative) {
      text[--at] = '-';
    }
    align(w, text, at, text.length - at, padding);
  }

  static void hex(Writer w, Span bytes, Case letters) throws WriteFailedException {
    byte[] digits = digits(letters);
    byte[] text = w.scratch();
    int chunk = text.length / 2;
    for (int done = 0; done < bytes.length(); done += chunk) {
      int n = Math.min(chunk, bytes.length() - done);
      for (int i = 0; i < n; i++) {
        int b = bytes.get(done + i);
        text[2 * i] = digits[b >>> 4];
        text[2 * i + 1] = digits[b & 0xf];
      }
      w.writeAll(text, 0, 2 * n);
    }
  }

  static void base64(Writer w, Span bytes) throws WriteFailedException {
    byte[] text = w.scratch();
    int at = 0;
    for (int i = 0; i < bytes.length(); i += 3) {
      int left = bytes.length() - i;
      int group =
          bytes.get(i) << 16
              | (left > 1 ? bytes.get(i + 1) << 8 : 0)
              | (left > 2 ? bytes.get(i + 2) : 0);
      text[at] = BASE64[group >>> 18];
      text[at + 1] = BASE64[group >>> 12 & 0x3f];
      text[at + 2] = left > 1 ? BASE64[group >>> 6 & 0x3f] : (byte) '=';
      text[at + 3] = left > 2 ? BASE64[group & 0x3f] : (byte) '=';
      at += 4;
      if (at > text.length - 4) {
        w.writeAll(text, 0, at);
        at = 0;
      }
    }
    w.writeAll(text, 0, at);
  }

  static void byteSize(Writer w, long value, ByteSizeUnits units, int decimals)
      throws WriteFailedException {
    if (value < 0 || decimals < 0 || decimals > MAX_DECIMALS) {
      throw new IllegalArgumentException(value + " bytes with " + decimals + " decimals");
    }
    int magnitude = 0;
    long unit = 1;
    while (value / units.base >= unit) {
      unit *= units.base;
      magnitude++;
    }
    long whole = value / unit;
    long rest = value % unit;
    long scale = 1;
    long fraction = 0;
    for (int i = 0; i < decimals; i++) {
      // Below 10 * 2^60, which fits unsigned arithmetic only.
      fraction = fraction * 10 + Long.divideUnsigned(rest * 10, unit);
      rest = Long.remainderUnsigned(rest * 10, unit);
      scale *= 10;
    }
    if (rest >= unit - rest) {
      fraction++;
      if (fraction == scale) {
        fraction = 0;
        whole++;
      }
      if (whole == units.base && magnitude < units.prefixes.length() - 1) {
        whole = 1;
        magnitude++;
      }
    }
    decimal(w, whole);
    fraction(w, fraction, scale);
    if (magnitude == 0) {
      w.writeByte('B');
    } else {
      w.writeByte(units.prefixes.charAt(magnitude));
      Text.ascii(w, units.suffix);
    }
  }

  /**
   * Writes a point and the decimals of {@code fraction / scale} without trailing zeros; nothing if
   * the fraction is zero.
   */
  private static void fraction(Writer w, long fraction, long scale) throws WriteFailedException {
    long rest = fraction;
    long place = scale;
    if (rest != 0) {
      w.writeByte('.');
    }
    while (rest != 0) {
      place /= 10;
      w.writeByte((int) ('0' + rest / place));
      rest %= place;
    }
  }

  static void duration(Writer w, long nanos) throws WriteFailedException {
    if (nanos < 0) {
      w.writeByte('-');
    }
    long rest = nanos < 0 ? -nanos : nanos; // unsigned from here on
    boolean printed = false;
    for (int i = 0; i < LONG_UNITS_NANOS.length; i++) {
      long count = Long.divideUnsigned(rest, LONG_UNITS_NANOS[i]);
      if (count > 0) {
        decimal(w, count);
        w.writeByte(LONG_UNITS.charAt(i));
        rest = Long.remainderUnsigned(rest, LONG_UNITS_NANOS[i]);
        printed = true;
      }
    }
    if (rest == 0 && printed) {
      return;
    }
    // Below a minute: the largest unit that fits, with at most three decimals.
    String unit = "s";
    long unitNanos = 1_000 * 1_000 * NANOS_PER_MICRO;
    if (rest < unitNanos) {
      unit = "ms";
      unitNanos /= 1_000;
    }
    if (rest < unitNanos) {
      unit = "us";
      unitNanos /= 1_000;
    }
    if (rest < unitNanos) {
      unit = "ns";
      unitNanos = 1;
    }
    decimal(w, rest / unitNanos);
    fraction(w, rest % unitNanos * 1_000 / unitNanos, 1_000);
    Text.ascii(w, unit);
  }
}
