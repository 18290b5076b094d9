package dev.millrace.http.parser;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Request methods (RFC 9110 §9; the rest of IANA's registry is refused with 405). */
public enum Method {
  GET(true),
  HEAD(true),
  OPTIONS(true),
  POST(true),
  PUT(true),
  DELETE(true),
  PATCH(true),
  /** Would send a request back with what proxies have added to it. */
  TRACE(false),
  /** This is no proxy. */
  CONNECT(false),
  /** The first word of HTTP/2's preface. */
  PRI(false),
  /** Registered, and never of use here. */
  OTHER(false),
  /** Nobody's. */
  UNKNOWN(false);

  private static final Method[] NAMED = {
    GET, HEAD, OPTIONS, POST, PUT, DELETE, PATCH, TRACE, CONNECT, PRI
  };

  private static final Set<String> REGISTERED =
      Set.of(
          "ACL",
          "BASELINE-CONTROL",
          "BIND",
          "CHECKIN",
          "CHECKOUT",
          "COPY",
          "LABEL",
          "LINK",
          "LOCK",
          "MERGE",
          "MKACTIVITY",
          "MKCALENDAR",
          "MKCOL",
          "MKREDIRECTREF",
          "MKWORKSPACE",
          "MOVE",
          "ORDERPATCH",
          "PROPFIND",
          "PROPPATCH",
          "QUERY",
          "REBIND",
          "REPORT",
          "SEARCH",
          "UNBIND",
          "UNCHECKOUT",
          "UNLINK",
          "UNLOCK",
          "UPDATE",
          "UPDATEREDIRECTREF",
          "VERSION-CONTROL");

  private final boolean passes;
  private final String token = name();

  Method(boolean passes) {
    this.passes = passes;
  }

  /** Whether the gate lets it through; the handlers then say 405 where it is of no use. */
  public boolean passes() {
    return passes;
  }

  /** The method that a token names; methods are case-sensitive. */
  static Method of(byte[] bytes, int from, int to) {
    for (Method method : NAMED) {
      if (method.isNamed(bytes, from, to)) {
        return method;
      }
    }
    String token = new String(bytes, from, to - from, StandardCharsets.US_ASCII);
    return REGISTERED.contains(token) ? OTHER : UNKNOWN;
  }

  private boolean isNamed(byte[] bytes, int from, int to) {
    if (to - from != token.length()) {
      return false;
    }
    for (int i = 0; i < token.length(); i++) {
      if (bytes[from + i] != token.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
