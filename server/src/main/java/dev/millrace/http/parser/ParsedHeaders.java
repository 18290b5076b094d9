package dev.millrace.http.parser;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The field lines of one head. Values of fields in {@link Field} are checked as they are added. */
public final class ParsedHeaders {
  private static final String CHUNKED = "chunked";
  private static final String CONTINUE = "100-continue";
  private static final String CLOSE = "close";
  private static final String KEEP_ALIVE = "keep-alive";

  /** With 18 digits no sum or product of lengths overflows. */
  private static final int LENGTH_DIGITS = 18;

  private final int[] starts = new int[Field.COUNT];
  private final int[] ends = new int[Field.COUNT];

  /** Four offsets a line, relative to the head: start and end of the name, of the value. */
  private int[] lines = new int[4 * 32];

  private int lineCount;
  private long seen;
  private long repeated;
  private long contentLength;
  private boolean close;
  private boolean keepAlive;

  void reset() {
    lineCount = 0;
    seen = 0;
    repeated = 0;
    contentLength = 0;
    close = false;
    keepAlive = false;
  }

  ParsedHeaders() {}

  /** Whether the head has the field. */
  public boolean has(Field field) {
    return (seen & field.bit()) != 0;
  }

  /** Whether a field of a proxy names the client. */
  public boolean namesClient() {
    return has(Field.FORWARDED)
        || has(Field.X_FORWARDED_FOR)
        || has(Field.X_FORWARDED_HOST)
        || has(Field.X_FORWARDED_PROTO);
  }

  /** Whether the head has more than one line of the field. */
  public boolean isRepeated(Field field) {
    return (repeated & field.bit()) != 0;
  }

  /** Whether all lines of known fields are in the set, each at most once. */
  boolean areOnly(long fieldBits) {
    return (seen & ~fieldBits) == 0 && repeated == 0;
  }

  /** Offset of the field's first value, relative to the head. */
  public int start(Field field) {
    return starts[field.ordinal()];
  }

  /** Offset of that value's end, trailing white space excluded. */
  public int end(Field field) {
    return ends[field.ordinal()];
  }

  /** Length of that value. */
  public int valueBytes(Field field) {
    return ends[field.ordinal()] - starts[field.ordinal()];
  }

  /** The value of Content-Length; 0 if there is none. */
  public long contentLength() {
    return contentLength;
  }

  /** Whether close is among the Connection options. */
  public boolean close() {
    return close;
  }

  /** Whether keep-alive is among the Connection options. */
  public boolean keepAlive() {
    return keepAlive;
  }

  /** Number of field lines. */
  public int lineCount() {
    return lineCount;
  }

  /** Offset of a line's name, relative to the head. */
  public int nameStart(int line) {
    return lines[4 * line];
  }

  /** Offset of that name's end. */
  public int nameEnd(int line) {
    return lines[4 * line + 1];
  }

  /** Offset of a line's value, leading white space excluded, relative to the head. */
  public int valueStart(int line) {
    return lines[4 * line + 2];
  }

  /** Offset of that value's end, trailing white space excluded. */
  public int valueEnd(int line) {
    return lines[4 * line + 3];
  }

  /**
   * The value of the first line with a name, one character a byte; null if there is none.
   *
   * @param lowerCase the name in lower case
   */
  public @Nullable String value(String lowerCase, byte[] bytes, int base) {
    for (int line = 0; line < lineCount; line++) {
      if (Octets.is(bytes, base + nameStart(line), base + nameEnd(line), lowerCase)) {
        int start = valueStart(line);
        return new String(bytes, base + start, valueEnd(line) - start, StandardCharsets.ISO_8859_1);
      }
    }
    return null;
  }

  /** Adds the offsets of a line. */
  void addLine(int nameStart, int nameEnd, int valueStart, int valueEnd) {
    int at = 4 * lineCount++;
    if (at == lines.length) {
      lines = Arrays.copyOf(lines, 2 * at);
    }
    lines[at] = nameStart;
    lines[at + 1] = nameEnd;
    lines[at + 2] = valueStart;
    lines[at + 3] = valueEnd;
  }

  /**
   * Checks and adds a known field, whose stripped value is at {@code base + from} to {@code base +
   * to}.
   */
  @Nullable RejectReason add(Field field, byte[] bytes, int base, int from, int to) {
    boolean again = has(field);
    if (again) {
      repeated |= field.bit();
    } else {
      seen |= field.bit();
      starts[field.ordinal()] = from;
      ends[field.ordinal()] = to;
    }
    int start = base + from;
    int end = base + to;
    switch (field) {
      case HOST -> {
        if (again || !Authority.isValid(bytes, start, end)) {
          return RejectReason.BAD_HOST;
        }
      }
      case CONTENT_LENGTH -> {
        if (again || !parseLength(bytes, start, end)) {
          return RejectReason.BAD_CONTENT_LENGTH;
        }
      }
      case TRANSFER_ENCODING -> {
        if (again || start == end || !Octets.isToken(bytes[start])) {
          return RejectReason.BAD_TRANSFER_ENCODING;
        }
        if (!Octets.is(bytes, start, end, CHUNKED)) {
          return RejectReason.UNSUPPORTED_TRANSFER_CODING;
        }
      }
      case EXPECT -> {
        if (again || !Octets.is(bytes, start, end, CONTINUE)) {
          return RejectReason.UNKNOWN_EXPECTATION;
        }
      }
      case CONNECTION -> addOptions(bytes, start, end);
      default -> {}
    }
    return null;
  }

  private boolean parseLength(byte[] bytes, int from, int to) {
    if (to == from || to - from > LENGTH_DIGITS) {
      return false;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
      value = value * 10 + (bytes[i] - '0');
    }
    contentLength = value;
    return true;
  }

  private void addOptions(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int end = at;
      while (end < to && bytes[end] != ',') {
        end++;
      }
      int last = end;
      while (at < last && Octets.isBlank(bytes[at])) {
        at++;
      }
      while (last > at && Octets.isBlank(bytes[last - 1])) {
        last--;
      }
      close |= Octets.is(bytes, at, last, CLOSE);
      keepAlive |= Octets.is(bytes, at, last, KEEP_ALIVE);
      at = end + 1;
    }
  }

  /** Checks that need the complete head, except for the target's authority. */
  @Nullable RejectReason finish(boolean http11) {
    if (http11 && !has(Field.HOST)) {
      return RejectReason.BAD_HOST;
    }
    if (has(Field.TRANSFER_ENCODING)) {
      if (has(Field.CONTENT_LENGTH)) {
        return RejectReason.CONFLICTING_FRAMING;
      }
      if (!http11) {
        return RejectReason.BAD_TRANSFER_ENCODING;
      }
    }
    return null;
  }
}
