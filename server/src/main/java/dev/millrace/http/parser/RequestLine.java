package dev.millrace.http.parser;

import org.jspecify.annotations.Nullable;

/** Parses the request line of one head (RFC 9112 §3), and an empty line before it. */
final class RequestLine {
  private enum State {
    FIRST,
    EMPTY_LINE_LF,
    METHOD,
    TARGET,
    TARGET_HEX_1,
    TARGET_HEX_2,
    VERSION,
    REQUEST_LINE_LF,
    DONE,
    REJECTED
  }

  /** No registered method is longer. */
  private static final int METHOD_BYTES = 32;

  private static final int VERSION_BYTES = "HTTP/1.1".length();
  private static final long HTTP_11 = Octets.readLongLE("HTTP/1.1");
  private static final long HTTP_10 = Octets.readLongLE("HTTP/1.0");
  private static final long HTTP_SLASH_DIGIT_DOT_DIGIT = Octets.readLongLE("HTTP/0.0");

  private final int targetBytes;
  private final Target target = new Target();

  private State state = State.FIRST;
  private @Nullable RejectReason reason;
  private int methodStart;
  private Method method = Method.UNKNOWN;
  private int targetStart;
  private int targetEnd;
  private boolean encodedZero;

  /** Whether a question mark precedes {@link #searchedTo}, from which the search continues. */
  private boolean inQuery;

  private int searchedTo;
  private boolean barePercents;
  private int versionStart;
  private long version;

  RequestLine(HttpLimits limits) {
    this.targetBytes = limits.targetBytes();
  }

  void reset() {
    state = State.FIRST;
    reason = null;
    methodStart = 0;
    method = Method.UNKNOWN;
    version = 0;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** The reason for rejection; null if there is none. */
  @Nullable RejectReason reason() {
    return reason;
  }

  Method method() {
    return method;
  }

  Target target() {
    return target;
  }

  int targetStart() {
    return targetStart;
  }

  int targetEnd() {
    return targetEnd;
  }

  boolean hasBarePercents() {
    return barePercents;
  }

  boolean isHttp11() {
    return version == HTTP_11;
  }

  /** Parses until the line is complete or rejected; returns the index of the next byte. */
  int parse(byte[] bytes, int base, int from, int stop) {
    int at = from;
    while (at < stop && state.compareTo(State.DONE) < 0) {
      at =
          switch (state) {
            case FIRST -> first(bytes[at], at, base);
            case EMPTY_LINE_LF -> emptyLine(bytes[at], at);
            case METHOD -> method(bytes, base, at, stop);
            case TARGET -> target(bytes, base, at, stop);
            case TARGET_HEX_1, TARGET_HEX_2 -> hex(bytes, base, at);
            case VERSION -> version(bytes, base, at, stop);
            case REQUEST_LINE_LF -> requestLine(bytes, base, at);
            case DONE, REJECTED -> throw new IllegalStateException(state.name());
          };
    }
    return at;
  }

  private int reject(RejectReason why, int at) {
    state = State.REJECTED;
    reason = why;
    return at;
  }

  private int first(byte b, int at, int base) {
    if (Octets.isToken(b)) {
      methodStart = at - base;
      state = State.METHOD;
      return at;
    }
    if (b == Octets.CR && at == base) {
      state = State.EMPTY_LINE_LF;
      return at + 1;
    }
    return reject(RejectReason.NOT_HTTP, at);
  }

  private int emptyLine(byte b, int at) {
    if (b != Octets.LF) {
      return reject(RejectReason.BAD_LINE_END, at);
    }
    state = State.FIRST;
    return at + 1;
  }

  private int method(byte[] bytes, int base, int from, int stop) {
    int at = from;
    int max = base + methodStart + METHOD_BYTES;
    while (at < stop && Octets.isToken(bytes[at])) {
      if (at++ == max) {
        return reject(RejectReason.UNKNOWN_METHOD, at);
      }
    }
    if (at == stop) {
      return at;
    }
    if (bytes[at] != Octets.SP) {
      return reject(RejectReason.BAD_REQUEST_LINE, at);
    }
    method = Method.of(bytes, base + methodStart, at);
    at++;
    targetStart = at - base;
    inQuery = false;
    barePercents = false;
    searchedTo = targetStart;
    state = State.TARGET;
    return at;
  }

  private int target(byte[] bytes, int base, int from, int stop) {
    int at = from;
    int max = base + targetStart + targetBytes;
    int end = Math.min(stop, max);
    while (at + 8 <= end && Octets.isPlainTarget(Octets.readLongLE(bytes, at))) {
      at += 8;
    }
    while (at < end && Octets.TARGET[bytes[at] & 0xff]) {
      at++;
    }
    if (at == stop) {
      return at;
    }
    byte b = bytes[at];
    if (b == Octets.SP) {
      targetEnd = at - base;
      versionStart = targetEnd + 1;
      state = State.VERSION;
      return targetEnd == targetStart ? reject(RejectReason.BAD_REQUEST_LINE, at) : at + 1;
    }
    if (at == max) {
      return reject(RejectReason.TARGET_TOO_LONG, at);
    }
    if (b == '%') {
      state = State.TARGET_HEX_1;
      return at + 1;
    }
    if (b == '\\' && isInQuery(bytes, base, at)) {
      return at + 1;
    }
    boolean endsLine = b == Octets.CR || b == Octets.LF;
    return reject(endsLine ? RejectReason.BAD_REQUEST_LINE : RejectReason.BAD_TARGET, at);
  }

  /**
   * Whether an index is in the query. Browsers send a backslash or percent sign there as the user
   * has typed it (the URL standard's query percent-encode set); in a path both are errors.
   */
  private boolean isInQuery(byte[] bytes, int base, int at) {
    while (!inQuery && base + searchedTo < at) {
      inQuery = bytes[base + searchedTo++] == '?';
    }
    return inQuery;
  }

  private int hex(byte[] bytes, int base, int at) {
    byte b = bytes[at];
    if (at - base - targetStart >= targetBytes && b != Octets.SP) {
      return reject(RejectReason.TARGET_TOO_LONG, at);
    }
    int digit = Octets.hex(b);
    if (digit < 0 && isInQuery(bytes, base, at)) {
      state = State.TARGET; // a literal percent sign
      barePercents = true;
      return at;
    }
    if (digit < 0 || (state == State.TARGET_HEX_2 && encodedZero && digit == 0)) {
      return reject(RejectReason.BAD_ENCODING, at);
    }
    encodedZero = digit == 0;
    state = state == State.TARGET_HEX_1 ? State.TARGET_HEX_2 : State.TARGET;
    return at + 1;
  }

  private int version(byte[] bytes, int base, int from, int stop) {
    int at = from;
    int end = base + versionStart + VERSION_BYTES;
    if (at == end - VERSION_BYTES && end <= stop) {
      long word = Octets.readLongLE(bytes, at);
      if (word == HTTP_11 || word == HTTP_10) {
        version = word;
        at = end;
      }
    }
    while (at < stop && at < end) {
      int shift = 8 * (at - base - versionStart);
      byte expected = (byte) (HTTP_SLASH_DIGIT_DOT_DIGIT >>> shift);
      byte b = bytes[at];
      if (expected == '0' ? b < '0' || b > '9' : b != expected) {
        return reject(RejectReason.BAD_REQUEST_LINE, at);
      }
      version |= (long) b << shift;
      at++;
    }
    if (at == stop) {
      return at;
    }
    if (bytes[at] != Octets.CR) {
      boolean bare = bytes[at] == Octets.LF;
      return reject(bare ? RejectReason.BAD_LINE_END : RejectReason.BAD_REQUEST_LINE, at);
    }
    state = State.REQUEST_LINE_LF;
    return at + 1;
  }

  private int requestLine(byte[] bytes, int base, int at) {
    if (bytes[at] != Octets.LF) {
      return reject(RejectReason.BAD_LINE_END, at);
    }
    state = State.DONE;
    RejectReason why = null;
    if (method == Method.PRI) {
      why = RejectReason.HTTP2_PREFACE;
    } else if (version != HTTP_11 && version != HTTP_10) {
      why = RejectReason.UNSUPPORTED_VERSION;
    } else if (method == Method.UNKNOWN) {
      why = RejectReason.UNKNOWN_METHOD;
    } else if (!method.passes()) {
      why = RejectReason.METHOD_NOT_ALLOWED;
    } else {
      why = target.check(method, bytes, base, targetStart, targetEnd);
    }
    return why == null ? at + 1 : reject(why, at);
  }
}
