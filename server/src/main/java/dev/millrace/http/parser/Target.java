package dev.millrace.http.parser;

import org.jspecify.annotations.Nullable;

/** The form of a request target (RFC 9112 §3.2). Its octets are checked already. */
final class Target {
  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";

  private int authorityStart;
  private int authorityEnd;
  private int schemePort;

  /** Whether the target is in absolute form. */
  boolean isAbsolute() {
    return authorityEnd > 0;
  }

  /** Offset of path and query, relative to the head; valid in absolute form. */
  int pathStart() {
    return authorityEnd;
  }

  /** Checks the target at {@code base + from} to {@code base + to}. */
  @Nullable RejectReason check(Method method, byte[] bytes, int base, int from, int to) {
    authorityStart = 0;
    authorityEnd = 0;
    int start = base + from;
    int end = base + to;
    if (bytes[start] == '/') {
      return null;
    }
    if (end - start == 1 && bytes[start] == '*') {
      return method == Method.OPTIONS ? null : RejectReason.BAD_TARGET;
    }
    int scheme = 0;
    if (startsWith(bytes, start, end, HTTP)) {
      scheme = HTTP.length();
      schemePort = 80;
    } else if (startsWith(bytes, start, end, HTTPS)) {
      scheme = HTTPS.length();
      schemePort = 443;
    } else {
      return RejectReason.BAD_TARGET;
    }
    int at = start + scheme;
    while (at < end && bytes[at] != '/' && bytes[at] != '?') {
      at++;
    }
    if (!Authority.isValid(bytes, start + scheme, at)) {
      return RejectReason.BAD_TARGET;
    }
    authorityStart = from + scheme;
    authorityEnd = at - base;
    return null;
  }

  /** Whether the authority of an absolute target agrees with Host. */
  boolean agreesWith(ParsedHeaders fields, byte[] bytes, int base) {
    return !isAbsolute()
        || !fields.has(Field.HOST)
        || Authority.agree(
            bytes,
            base + authorityStart,
            base + authorityEnd,
            base + fields.start(Field.HOST),
            base + fields.end(Field.HOST),
            schemePort);
  }

  private static boolean startsWith(byte[] bytes, int from, int to, String lowerCase) {
    if (to - from < lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      byte b = bytes[from + i];
      if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
