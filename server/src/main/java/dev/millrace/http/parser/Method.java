package dev.millrace.http.parser;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Request methods (RFC 9110 §9, RFC 4918 §9); the other methods of IANA's registry are rejected
 * with 405.
 */
public enum Method {
  GET(true),
  HEAD(true),
  OPTIONS(true),
  POST(true),
  PUT(true),
  DELETE(true),
  PATCH(true),
  COPY(true),
  LOCK(true),
  MKCOL(true),
  MOVE(true),
  PROPFIND(true),
  PROPPATCH(true),
  UNLOCK(true),
  /** Rejected, because it would return the fields that proxies have added to the request. */
  TRACE(false),
  /** Rejected, because the server is no proxy. */
  CONNECT(false),
  /** The first word of the HTTP/2 preface. */
  PRI(false),
  /** A registered method that the server does not support. */
  OTHER(false),
  /** An unregistered method. */
  UNKNOWN(false);

  private static final Method[] NAMED = {
    GET, HEAD, OPTIONS, POST, PUT, DELETE, PATCH, COPY, LOCK, MKCOL, MOVE, PROPFIND, PROPPATCH,
    UNLOCK, TRACE, CONNECT, PRI
  };

  private static final Set<String> REGISTERED =
      Set.of(
          "ACL",
          "BASELINE-CONTROL",
          "BIND",
          "CHECKIN",
          "CHECKOUT",
          "LABEL",
          "LINK",
          "MERGE",
          "MKACTIVITY",
          "MKCALENDAR",
          "MKREDIRECTREF",
          "MKWORKSPACE",
          "ORDERPATCH",
          "QUERY",
          "REBIND",
          "REPORT",
          "SEARCH",
          "UNBIND",
          "UNCHECKOUT",
          "UNLINK",
          "UPDATE",
          "UPDATEREDIRECTREF",
          "VERSION-CONTROL");

  private final boolean passes;
  private final String token = name();

  Method(boolean passes) {
    this.passes = passes;
  }

  /** Whether the parser accepts the method; handlers may still respond with 405. */
  public boolean passes() {
    return passes;
  }

  /** The method with this name, which is case-sensitive. */
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
