package dev.millrace.http.parser;

import org.jspecify.annotations.Nullable;

/**
 * Parses one request head, strictly (RFC 9112 §2 to §5); {@link RejectReason} lists the reasons for
 * rejection.
 *
 * <p>Incremental and pure: {@link #parse} accepts any prefix of the head, then longer ones, and
 * processes each byte once. Neither the status nor the byte at which it is known depends on how the
 * bytes are split. Nothing is allocated, except for rejected methods.
 *
 * <p>One empty line before the request line is skipped (RFC 9112 §2.2). All offsets are relative to
 * the head's first byte, and valid once the status is COMPLETE.
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

  /** Starts a new head. */
  public void reset() {
    position = 0;
    reason = null;
    line.reset();
    lines.reset();
  }

  /**
   * Parses the bytes received so far.
   *
   * @param base index of the head's first byte in {@code bytes}; may differ between calls
   * @param end index after the last received byte
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

  /** Checks that need the complete head. */
  private @Nullable RejectReason whole(byte[] bytes, int base) {
    RejectReason why = lines.fields().finish(line.isHttp11());
    if (why == null && !line.target().agreesWith(lines.fields(), bytes, base)) {
      return RejectReason.BAD_HOST;
    }
    return why;
  }

  // ---- results -----------------------------------------------------------------------------

  /** The reason, after REJECTED. */
  public RejectReason reason() {
    if (reason == null) {
      throw new IllegalStateException("nothing was rejected");
    }
    return reason;
  }

  /** Length of the head in bytes, the empty lines before and after it included. */
  public int length() {
    return position;
  }

  /** The method; UNKNOWN while it is not parsed. */
  public Method method() {
    return line.method();
  }

  /** Whether the version is 1.1 rather than 1.0. */
  public boolean isHttp11() {
    return line.isHttp11();
  }

  /**
   * Whether it is a GET or HEAD of HTTP/1.1 for a path without a body, whose response depends only
   * on the method, the target and the fields Host, Accept, Accept-Encoding, If-None-Match and
   * Range, each at most once. Connection may be one option, keep-alive or close.
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
   * Whether the query has a percent sign without two hexadecimal digits. It is a literal percent
   * sign; handlers get {@code %25}.
   */
  public boolean hasBarePercents() {
    return line.hasBarePercents();
  }

  /** Offset of the target. */
  public int targetStart() {
    return line.targetStart();
  }

  /** Offset of the space after the target. */
  public int targetEnd() {
    return line.targetEnd();
  }

  /** Whether the target is in absolute form. Its authority agrees with Host. */
  public boolean isAbsolute() {
    return line.target().isAbsolute();
  }

  /**
   * Offset of path and query. In absolute form it follows the authority, and both may be missing.
   */
  public int pathStart() {
    return isAbsolute() ? line.target().pathStart() : line.targetStart();
  }

  /** The parsed fields. */
  public ParsedHeaders fields() {
    return lines.fields();
  }

  /** Whether the request has a chunked body. */
  public boolean isChunked() {
    return fields().has(Field.TRANSFER_ENCODING);
  }

  /** Whether the connection must close after this request. */
  public boolean isLast() {
    return fields().close() || (!isHttp11() && !fields().keepAlive());
  }
}
