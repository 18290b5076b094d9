package dev.millrace.http.exchange;

import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.Method;
import dev.millrace.http.parser.ParsedHeaders;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import java.nio.charset.StandardCharsets;

/**
 * A head that the parser has accepted, with its bytes.
 *
 * @param base index of its first byte in {@code bytes}
 * @param protocol a constant of {@link Protocols}
 * @param hasBody whether a body follows
 */
@SuppressWarnings("ArrayRecordComponent") // lives only during a call
public record ParsedRequestHead(
    HeadParser parser,
    byte[] bytes,
    int base,
    FieldNames names,
    HttpString protocol,
    boolean hasBody)
    implements RequestHead {
  /** The head of a request of HTTP/1. */
  public static ParsedRequestHead ofHttp1(
      HeadParser parser, byte[] bytes, int base, FieldNames names) {
    return new ParsedRequestHead(
        parser,
        bytes,
        base,
        names,
        parser.isHttp11() ? Protocols.HTTP_1_1 : Protocols.HTTP_1_0,
        parser.isChunked() || parser.fields().contentLength() > 0);
  }

  /**
   * Undertow's constant of a method; GET for a rejected method, because its response has a body.
   */
  public static HttpString method(Method method) {
    return switch (method) {
      case HEAD -> Methods.HEAD;
      case OPTIONS -> Methods.OPTIONS;
      case POST -> Methods.POST;
      case PUT -> Methods.PUT;
      case DELETE -> Methods.DELETE;
      case PATCH -> Methods.PATCH;
      case COPY -> Methods.COPY;
      case LOCK -> Methods.LOCK;
      case MKCOL -> Methods.MKCOL;
      case MOVE -> Methods.MOVE;
      case PROPFIND -> Methods.PROPFIND;
      case PROPPATCH -> Methods.PROPPATCH;
      case UNLOCK -> Methods.UNLOCK;
      case GET, TRACE, CONNECT, PRI, OTHER, UNKNOWN -> Methods.GET;
    };
  }

  @Override
  public HttpString method() {
    return method(parser.method());
  }

  @Override
  public String path() {
    int start = base + parser.pathStart();
    int end = queryMark();
    if (start == end) {
      return parser.method() == Method.OPTIONS && end == base + parser.targetEnd() ? "*" : "/";
    }
    return text(start, end);
  }

  /** The index of the question mark, or of the target's end if there is none. */
  private int queryMark() {
    int end = base + parser.targetEnd();
    int at = base + parser.pathStart();
    while (at < end && bytes[at] != '?') {
      at++;
    }
    return at;
  }

  @Override
  public String query() {
    int start = queryMark() + 1;
    int end = base + parser.targetEnd();
    if (start >= end) {
      return "";
    }
    String query = text(start, end);
    return parser.hasBarePercents() ? encodePercents(query) : query;
  }

  /** Encodes percent signs without two hexadecimal digits as {@code %25}. */
  private static String encodePercents(String query) {
    StringBuilder encoded = new StringBuilder(query.length() + 8);
    for (int i = 0; i < query.length(); i++) {
      char c = query.charAt(i);
      encoded.append(c);
      if (c == '%' && !(isHex(query, i + 1) && isHex(query, i + 2))) {
        encoded.append("25");
      }
    }
    return encoded.toString();
  }

  private static boolean isHex(String text, int at) {
    return at < text.length() && Character.digit(text.charAt(at), 16) >= 0;
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void addFields(HeaderMap into) {
    ParsedHeaders fields = parser.fields();
    for (int line = 0; line < fields.lineCount(); line++) {
      HttpString name = names.of(bytes, base + fields.nameStart(line), base + fields.nameEnd(line));
      into.add(name, text(base + fields.valueStart(line), base + fields.valueEnd(line)));
    }
  }

  @Override
  public boolean isPersistent() {
    return !parser.isLast();
  }
}
