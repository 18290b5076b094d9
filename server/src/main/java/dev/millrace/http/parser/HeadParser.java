package dev.millrace.http.parser;

import org.jspecify.annotations.Nullable;

/**
 * Reads one request head, strictly (RFC 9112 §2 to §5); {@link RejectReason} says what is refused.
 *
 * <p>Incremental and pure: {@link #parse} may be called with any prefix of the head, then with a
 * longer one, and looks at each byte once. Which verdict comes, and at which byte, does not depend
 * on how the bytes were cut. Nothing is allocated but for methods that are refused.
 *
 * <p>One empty line before the request line is skipped (RFC 9112 §2.2). All offsets are relative to
 * the head's first byte, and valid once the verdict is COMPLETE.
 */
public final class HeadParser {
  private static final int KEEP_ALIVE_BYTES = "keep-alive".length();
  private static final int CLOSE_BYTES = "close".length();
  private static final long PLAIN_FIELDS =
      Field.HOST.bit()
          | Field.ACCEPT.bit()
          | Field.ACCEPT_ENCODING.bit()
          | Field.CONNECTION.bit()
          | Field.IF_NONE_MATCH.bit()
          | Field.RANGE.bit();

  private final int headBytes;
  private final RequestLine line;
  private final HeaderParser lines;

  private int position;
  private @Nullable RejectReason reason;

  public HeadParser(HttpLimits limits) {
    this.headBytes = limits.headBytes();
    this.line = new RequestLine(limits);
    this.lines = new HeaderParser(limits);
  }

  /** Begins with a new head. */
  public void reset() {
    position = 0;
    reason = null;
    line.reset();
    lines.reset();
  }

  /**
   * Looks at what has come.
   *
   * @param base where the head begins in {@code bytes}; may differ from call to call
   * @param end where what has come ends
   */
  public ParseStatus parse(byte[] bytes, int base, int end) {
    if (reason != null) {
      return ParseStatus.REJECTED;
    }
    int stop = Math.min(end, base + headBytes);
    int at = base + position;
    if (!line.isDone()) {
      at = line.parse(bytes, base, at, stop);
      reason = line.reason();
    }
    if (line.isDone() && !lines.isDone()) {
      at = lines.parse(bytes, base, at, stop);
      reason = lines.isDone() ? whole(bytes, base) : lines.reason();
    }
    position = at - base;
    if (reason == null && !lines.isDone() && position >= headBytes) {
      reason = RejectReason.HEAD_TOO_LARGE;
    }
    if (reason != null) {
      return ParseStatus.REJECTED;
    }
    return lines.isDone() ? ParseStatus.COMPLETE : ParseStatus.NEED_MORE;
  }

  /** What only the whole head tells. */
  private @Nullable RejectReason whole(byte[] bytes, int base) {
    RejectReason why = lines.fields().finish(line.isHttp11());
    if (why == null && !line.target().agreesWith(lines.fields(), bytes, base)) {
      return RejectReason.BAD_HOST;
    }
    return why;
  }

  // ---- what was read -------------------------------------------------------------------------

  /** Why, after REJECTED. */
  public RejectReason reason() {
    if (reason == null) {
      throw new IllegalStateException("nothing was rejected");
    }
    return reason;
  }

  /** Bytes of the head, the empty line before it and the one after it included. */
  public int length() {
    return position;
  }

  /** The method, as far as it was read. */
  public Method method() {
    return line.method();
  }

  /** Whether the version is 1.1, not 1.0. */
  public boolean isHttp11() {
    return line.isHttp11();
  }

  /**
   * Whether it is a GET or HEAD of HTTP/1.1 for a path, keeps or closes its connection, has no
   * body, and nothing that can change its answer but its method, its target and the fields Host,
   * Accept, Accept-Encoding, If-None-Match and Range, each at most once.
   */
  public boolean isCacheable() {
    Method method = line.method();
    ParsedHeaders fields = lines.fields();
    return (method == Method.GET || method == Method.HEAD)
        && line.isHttp11()
        && !line.target().isAbsolute()
        && fields.areOnly(PLAIN_FIELDS)
        && (!fields.has(Field.CONNECTION) || isSingleOption(fields));
  }

  private static boolean isSingleOption(ParsedHeaders fields) {
    int bytes = fields.valueBytes(Field.CONNECTION);
    return (fields.keepAlive() && bytes == KEEP_ALIVE_BYTES)
        || (fields.close() && bytes == CLOSE_BYTES);
  }

  /**
   * Whether a percent sign without two digits stands in the query: it stands for itself, and
   * handlers see {@code %25}.
   */
  public boolean hasBarePercents() {
    return line.hasBarePercents();
  }

  /** Where the target begins. */
  public int targetStart() {
    return line.targetStart();
  }

  /** Where the target ends; the space after it follows. */
  public int targetEnd() {
    return line.targetEnd();
  }

  /** Whether the target is in absolute form; its authority agrees with Host. */
  public boolean isAbsolute() {
    return line.target().isAbsolute();
  }

  /**
   * Where path and query begin: in absolute form behind the authority, where there may be neither.
   */
  public int pathStart() {
    return isAbsolute() ? line.target().pathStart() : line.targetStart();
  }

  /** The fields that matter. */
  public ParsedHeaders fields() {
    return lines.fields();
  }

  /** Whether the request has a body in chunks. */
  public boolean isChunked() {
    return fields().has(Field.TRANSFER_ENCODING);
  }

  /** Whether the connection ends after this request. */
  public boolean isLast() {
    return fields().close() || (!isHttp11() && !fields().keepAlive());
  }
}
