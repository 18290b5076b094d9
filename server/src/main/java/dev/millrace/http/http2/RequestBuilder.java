package dev.millrace.http.http2;

import dev.millrace.http.exchange.RequestTrailers;
import dev.millrace.http.hpack.FieldSink;
import dev.millrace.http.parser.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Builds the HTTP/1.1 head of a request from the fields of its header block, and finds what makes
 * it malformed (RFC 9113 §8.2, §8.3). The parser of HTTP/1.1 heads then decides everything else, so
 * that both versions refuse the same requests. Loop thread only; one for all connections of a loop.
 */
final class RequestBuilder implements FieldSink {
  /** The urgency of a request without Priority (RFC 9218 §4.1). */
  static final int DEFAULT_URGENCY = 3;

  private static final byte[] VERSION_AND_HOST = ascii(" HTTP/1.1\r\nhost: ");
  private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
  private static final byte[] METHOD = ascii(":method");
  private static final byte[] SCHEME = ascii(":scheme");
  private static final byte[] AUTHORITY = ascii(":authority");
  private static final byte[] PATH = ascii(":path");
  private static final byte[] CONNECT = ascii("CONNECT");
  private static final byte[] OPTIONS = ascii("OPTIONS");
  private static final byte[] HEAD = ascii("HEAD");
  private static final byte[] HOST = ascii("host");
  private static final byte[] COOKIE = ascii("cookie");
  private static final byte[] PRIORITY = ascii("priority");
  private static final byte[] TE = ascii("te");
  private static final byte[] TRAILERS = ascii("trailers");

  /** Fields of a connection, which make a request malformed (RFC 9113 §8.2.2). */
  private static final byte[][] CONNECTION_FIELDS = {
    ascii("connection"),
    ascii("keep-alive"),
    ascii("proxy-connection"),
    ascii("transfer-encoding"),
    ascii("upgrade")
  };

  /** A part of the request line: the bytes of a pseudo-field's value. */
  private static final class Part {
    private byte[] bytes = new byte[64];
    private int length = -1;

    boolean isAbsent() {
      return length < 0;
    }

    void set(byte[] from, int start, int end) {
      length = end - start;
      makeRoom(length);
      System.arraycopy(from, start, bytes, 0, length);
    }

    /** Makes the array at least this large, and keeps its content. */
    void makeRoom(int size) {
      if (bytes.length < size) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size));
      }
    }

    boolean is(byte[] other) {
      return Arrays.equals(bytes, 0, Math.max(0, length), other, 0, other.length);
    }
  }

  private final Part method = new Part();
  private final Part scheme = new Part();
  private final Part authority = new Part();
  private final Part path = new Part();
  private final Part cookie = new Part();

  private byte[] head = new byte[4 << 10];
  private int length;
  private boolean trailers;
  private final RequestTrailers keptTrailers = new RequestTrailers();
  private boolean inFields;
  private boolean hasHost;
  private boolean malformed;
  private boolean acceptsTrailers;
  private int urgency;

  RequestBuilder() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Starts a new block.
   *
   * @param ofTrailers whether it is the trailer section, of which {@link #keptTrailers} remain
   */
  void begin(boolean ofTrailers) {
    trailers = ofTrailers;
    keptTrailers.clear();
    method.length = -1;
    scheme.length = -1;
    authority.length = -1;
    path.length = -1;
    cookie.length = -1;
    length = 0;
    inFields = ofTrailers;
    hasHost = false;
    malformed = false;
    acceptsTrailers = false;
    urgency = DEFAULT_URGENCY;
  }

  /**
   * Ends the block.
   *
   * @return false if the request is malformed
   */
  boolean finish() {
    if (trailers || malformed) {
      return !malformed;
    }
    startFields();
    if (malformed) {
      return false;
    }
    if (!cookie.isAbsent()) {
      line(COOKIE, 0, COOKIE.length, cookie.bytes, 0, cookie.length);
    }
    add("\r\n");
    return true;
  }

  /** The head; valid until the next {@link #begin}. */
  byte[] head() {
    return head;
  }

  int length() {
    return length;
  }

  /** The trailer fields that handlers use; valid until the next {@link #begin}. */
  RequestTrailers keptTrailers() {
    return keptTrailers;
  }

  /** Whether TE accepts trailers (RFC 9110 §10.1.4). */
  boolean acceptsTrailers() {
    return acceptsTrailers;
  }

  /** The urgency of Priority: 0, the most urgent, to 7. */
  int urgency() {
    return urgency;
  }

  /** Whether the method is HEAD, known even if the block has too many fields. */
  boolean isHead() {
    return method.is(HEAD);
  }

  // ---- fields ----------------------------------------------------------------------------------

  @Override
  public void field(
      byte[] name, int nameFrom, int nameTo, byte[] value, int valueFrom, int valueTo) {
    if (malformed) {
      return;
    }
    if (nameFrom < nameTo && name[nameFrom] == ':') {
      malformed = inFields || !pseudo(name, nameFrom, nameTo, value, valueFrom, valueTo);
      return;
    }
    if (!isValidName(name, nameFrom, nameTo) || !isValidValue(value, valueFrom, valueTo)) {
      malformed = true;
      return;
    }
    for (byte[] ofConnection : CONNECTION_FIELDS) {
      if (nameTo - nameFrom == ofConnection.length && is(name, nameFrom, nameTo, ofConnection)) {
        malformed = true;
        return;
      }
    }
    if (trailers) {
      keptTrailers.add(
          new String(name, nameFrom, nameTo - nameFrom, StandardCharsets.US_ASCII),
          value,
          valueFrom,
          valueTo);
    } else {
      startFields();
      if (!malformed) {
        regular(name, nameFrom, nameTo, value, valueFrom, valueTo);
      }
    }
  }

  /** The part of a pseudo-field; null for an unknown name. */
  private @Nullable Part part(byte[] name, int from, int to) {
    return switch (to - from) {
      case 5 -> is(name, from, to, PATH) ? path : null;
      case 7 -> is(name, from, to, METHOD) ? method : is(name, from, to, SCHEME) ? scheme : null;
      case 10 -> is(name, from, to, AUTHORITY) ? authority : null;
      default -> null;
    };
  }

  private boolean pseudo(
      byte[] name, int nameFrom, int nameTo, byte[] value, int valueFrom, int valueTo) {
    Part part = part(name, nameFrom, nameTo);
    if (part == null || !part.isAbsent()) {
      return false;
    }
    for (int i = valueFrom; i < valueTo; i++) {
      if (value[i] <= ' ' || value[i] == 0x7f) { // would split the request line; also above 0x7F
        return false;
      }
    }
    part.set(value, valueFrom, valueTo);
    return true;
  }

  private static boolean isValidName(byte[] name, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Octets.isToken(name[i]) || (name[i] >= 'A' && name[i] <= 'Z')) {
        return false;
      }
    }
    return from < to;
  }

  /** RFC 9113 §8.2.1. The parser refuses other control octets. */
  private static boolean isValidValue(byte[] value, int from, int to) {
    if (from == to) {
      return true;
    }
    for (int i = from; i < to; i++) {
      if (value[i] == 0 || value[i] == '\r' || value[i] == '\n') {
        return false;
      }
    }
    return !Octets.isBlank(value[from]) && !Octets.isBlank(value[to - 1]);
  }

  private static boolean is(byte[] bytes, int from, int to, byte[] other) {
    return Arrays.equals(bytes, from, to, other, 0, other.length);
  }

  private void regular(
      byte[] name, int nameFrom, int nameTo, byte[] value, int valueFrom, int valueTo) {
    switch (nameTo - nameFrom) {
      case 2 -> {
        if (is(name, nameFrom, nameTo, TE)) {
          acceptsTrailers = is(value, valueFrom, valueTo, TRAILERS);
          malformed = !acceptsTrailers;
          return;
        }
      }
      case 4 -> {
        if (is(name, nameFrom, nameTo, HOST) && !authority.isAbsent()) {
          malformed = hasHost || !isAuthority(value, valueFrom, valueTo);
          hasHost = true;
          return;
        }
      }
      case 6 -> {
        if (is(name, nameFrom, nameTo, COOKIE)) {
          addCookie(value, valueFrom, valueTo);
          return;
        }
      }
      case 8 -> {
        if (is(name, nameFrom, nameTo, PRIORITY)) {
          urgency = urgency(value, valueFrom, valueTo, urgency);
        }
      }
      default -> {}
    }
    line(name, nameFrom, nameTo, value, valueFrom, valueTo);
  }

  /** Whether Host equals :authority, in any case. */
  private boolean isAuthority(byte[] value, int from, int to) {
    if (to - from != authority.length) {
      return false;
    }
    for (int i = 0; i < authority.length; i++) {
      if (Character.toLowerCase(value[from + i] & 0xff)
          != Character.toLowerCase(authority.bytes[i] & 0xff)) {
        return false;
      }
    }
    return true;
  }

  /** Joins the cookies, which a client may send in several fields (RFC 9113 §8.2.3). */
  private void addCookie(byte[] value, int from, int to) {
    int at = Math.max(0, cookie.length);
    cookie.makeRoom(at + 2 + to - from);
    if (!cookie.isAbsent()) {
      cookie.bytes[at++] = ';';
      cookie.bytes[at++] = ' ';
    }
    System.arraycopy(value, from, cookie.bytes, at, to - from);
    cookie.length = at + to - from;
  }

  /**
   * The urgency of a Priority value, a Structured Fields dictionary: the digit after {@code u=}.
   *
   * @param otherwise the result if there is none
   */
  static int urgency(byte[] value, int from, int to, int otherwise) {
    int found = otherwise;
    for (int at = from; at + 2 < to; at++) {
      boolean starts = at == from || value[at - 1] == ',' || Octets.isBlank(value[at - 1]);
      if (starts && value[at] == 'u' && value[at + 1] == '=') {
        boolean single = at + 3 == to || value[at + 3] == ',' || Octets.isBlank(value[at + 3]);
        int digit = value[at + 2] - '0';
        found = single && digit >= 0 && digit <= 7 ? digit : found;
      }
    }
    return found;
  }

  // ---- the head --------------------------------------------------------------------------------

  /** Writes the request line and Host, unless they are written. */
  private void startFields() {
    if (inFields) {
      return;
    }
    inFields = true;
    boolean connect = method.is(CONNECT);
    if (method.length <= 0
        || (connect ? !isValidConnect() : scheme.length <= 0 || !isValidPath())
        || authority.length == 0) {
      malformed = true;
      return;
    }
    add(method.bytes, 0, method.length);
    add(" ");
    Part target = connect ? authority : path;
    add(target.bytes, 0, target.length);
    if (authority.isAbsent()) {
      add(VERSION, 0, VERSION.length);
    } else {
      add(VERSION_AND_HOST, 0, VERSION_AND_HOST.length);
      add(authority.bytes, 0, authority.length);
      add("\r\n");
    }
  }

  /** RFC 9113 §8.5. */
  private boolean isValidConnect() {
    return scheme.isAbsent() && path.isAbsent() && !authority.isAbsent();
  }

  private boolean isValidPath() {
    return path.length > 0
        && (path.bytes[0] == '/'
            || (path.length == 1 && path.bytes[0] == '*' && method.is(OPTIONS)));
  }

  private void line(byte[] name, int nameFrom, int nameTo, byte[] value, int from, int to) {
    add(name, nameFrom, nameTo);
    add(": ");
    add(value, from, to);
    add("\r\n");
  }

  private void add(byte[] bytes, int from, int to) {
    int n = to - from;
    makeRoom(n);
    System.arraycopy(bytes, from, head, length, n);
    length += n;
  }

  private void add(String two) {
    makeRoom(2);
    for (int i = 0; i < two.length(); i++) {
      head[length++] = (byte) two.charAt(i);
    }
  }

  private void makeRoom(int more) {
    if (head.length - length < more) {
      head = Arrays.copyOf(head, Math.max(2 * head.length, length + more));
    }
  }
}
