package dev.millrace.http.parser;

import org.jspecify.annotations.Nullable;

/**
 * Parses the field lines of one head and the empty line after them (RFC 9112 §5).
 *
 * <p>{@link #wholeLine} parses a line that is completely received and has no unusual octets, eight
 * octets at a time. All other lines go octet by octet through the state machine, which alone
 * decides which syntax is invalid: the fast path changes nothing for a line that it gives up.
 */
final class HeaderParser {
  private enum State {
    FIELD,
    NAME,
    VALUE_START,
    VALUE,
    VALUE_LF,
    HEAD_LF,
    DONE,
    REJECTED
  }

  /** Returned in place of a position: the line needs the state machine. */
  private static final int SLOW = -1;

  private final int maxFields;
  private final ParsedHeaders fields = new ParsedHeaders();

  private State state = State.FIELD;
  private @Nullable RejectReason reason;
  private int fieldLines;
  private int nameStart;
  private int nameEnd;
  private int valueStart;
  private int valueEnd;

  HeaderParser(HttpLimits limits) {
    this.maxFields = limits.fields();
  }

  void reset() {
    state = State.FIELD;
    reason = null;
    fieldLines = 0;
    fields.reset();
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** The reason for rejection; null if there is none. */
  @Nullable RejectReason reason() {
    return reason;
  }

  ParsedHeaders fields() {
    return fields;
  }

  /** Parses until the head is complete or rejected; returns the index of the next byte. */
  int parse(byte[] bytes, int base, int from, int stop) {
    int at = from;
    while (at < stop && state.compareTo(State.DONE) < 0) {
      if (state == State.FIELD) {
        int next = wholeLine(bytes, base, at, stop);
        if (next != SLOW) {
          at = next;
          continue;
        }
      }
      at =
          switch (state) {
            case FIELD -> field(bytes[at], at, base);
            case NAME -> name(bytes, base, at, stop);
            case VALUE_START -> valueStart(bytes, base, at, stop);
            case VALUE -> value(bytes, base, at, stop);
            case VALUE_LF -> fieldLine(bytes, base, at);
            case HEAD_LF -> lastLine(bytes[at], at);
            case DONE, REJECTED -> throw new IllegalStateException(state.name());
          };
    }
    return at;
  }

  /**
   * Parses a completely received line; returns the start of the next one, or {@link #SLOW} with
   * nothing changed.
   */
  private int wholeLine(byte[] bytes, int base, int from, int stop) {
    int colon = Octets.endOfName(bytes, from);
    if (colon <= from || colon + 1 >= stop || bytes[colon] != ':' || fieldLines == maxFields) {
      return SLOW;
    }
    int start = colon + 1;
    if (bytes[start] == Octets.SP) {
      start++; // add() strips any further ones
    }
    int cr = Octets.indexOfNonPrintable(bytes, start);
    if (cr + 1 >= stop || bytes[cr] != Octets.CR || bytes[cr + 1] != Octets.LF) {
      return SLOW;
    }
    fieldLines++;
    RejectReason why = add(bytes, base, from, colon, start, cr);
    return why == null ? cr + 2 : reject(why, cr + 1);
  }

  /** Adds a line whose name and value are well-formed. */
  private @Nullable RejectReason add(
      byte[] bytes, int base, int nameStart, int nameEnd, int valueStart, int valueEnd) {
    int start = valueStart;
    int end = valueEnd;
    while (start < end && Octets.isBlank(bytes[start])) {
      start++;
    }
    while (end > start && Octets.isBlank(bytes[end - 1])) {
      end--;
    }
    fields.addLine(nameStart - base, nameEnd - base, start - base, end - base);
    Field known = Field.of(bytes, nameStart, nameEnd);
    return known == null ? null : fields.add(known, bytes, base, start - base, end - base);
  }

  private int reject(RejectReason why, int at) {
    state = State.REJECTED;
    reason = why;
    return at;
  }

  private int field(byte b, int at, int base) {
    if (b == Octets.CR) {
      state = State.HEAD_LF;
      return at + 1;
    }
    if (b == Octets.LF) {
      return reject(RejectReason.BAD_LINE_END, at);
    }
    if (Octets.isBlank(b)) {
      return reject(RejectReason.FOLDED_FIELD, at);
    }
    if (++fieldLines > maxFields) {
      return reject(RejectReason.TOO_MANY_FIELDS, at);
    }
    nameStart = at - base;
    state = State.NAME;
    return at;
  }

  private int name(byte[] bytes, int base, int from, int stop) {
    int at = from;
    while (at < stop && Octets.isToken(bytes[at])) {
      at++;
    }
    if (at == stop) {
      return at;
    }
    int start = base + nameStart;
    if (bytes[at] != ':' || at == start) {
      return reject(RejectReason.BAD_FIELD_NAME, at);
    }
    nameEnd = at - base;
    state = State.VALUE_START;
    return at + 1;
  }

  private int valueStart(byte[] bytes, int base, int from, int stop) {
    int at = from;
    while (at < stop && Octets.isBlank(bytes[at])) {
      at++;
    }
    if (at < stop) {
      valueStart = at - base;
      state = State.VALUE;
    }
    return at;
  }

  private int value(byte[] bytes, int base, int from, int stop) {
    int at = from;
    while (true) {
      while (at + 8 <= stop && !Octets.hasUnusual(Octets.readLongLE(bytes, at))) {
        at += 8;
      }
      int end = Math.min(stop, at + 8);
      while (at < end && Octets.VALUE[bytes[at] & 0xff]) {
        at++;
      }
      if (at < end) {
        break;
      }
      if (at == stop) {
        return at;
      }
    }
    if (bytes[at] != Octets.CR) {
      boolean bare = bytes[at] == Octets.LF;
      return reject(bare ? RejectReason.BAD_LINE_END : RejectReason.BAD_FIELD_VALUE, at);
    }
    valueEnd = at - base;
    state = State.VALUE_LF;
    return at + 1;
  }

  private int fieldLine(byte[] bytes, int base, int at) {
    if (bytes[at] != Octets.LF) {
      return reject(RejectReason.BAD_LINE_END, at);
    }
    state = State.FIELD;
    RejectReason why =
        add(bytes, base, base + nameStart, base + nameEnd, base + valueStart, base + valueEnd);
    return why == null ? at + 1 : reject(why, at);
  }

  private int lastLine(byte b, int at) {
    if (b != Octets.LF) {
      return reject(RejectReason.BAD_LINE_END, at);
    }
    state = State.DONE;
    return at + 1;
  }
}
