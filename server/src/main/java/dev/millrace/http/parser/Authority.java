package dev.millrace.http.parser;

import java.nio.charset.StandardCharsets;

/**
 * The authority of a Host field or an absolute target (RFC 3986 §3.2), without user information.
 *
 * <p>Stricter than the grammar in three points: a host is neither empty nor percent-encoded, as no
 * name in use is; a colon must be followed by a port from 1 to 65535; the text after {@code [} must
 * be an IPv6 address without a zone.
 */
public final class Authority {
  private static final boolean[] NAME = new boolean[256];

  static {
    for (int c = '!'; c < 0x7f; c++) {
      NAME[c] = Character.isLetterOrDigit(c) || "-._~!$&'()*+,;=".indexOf(c) >= 0;
    }
  }

  private Authority() {}

  /** Whether a text is a valid authority; one character a byte. */
  public static boolean isValid(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return isValid(bytes, 0, bytes.length);
  }

  static boolean isValid(byte[] bytes, int from, int to) {
    int hostEnd = hostEnd(bytes, from, to);
    if (hostEnd <= from) {
      return false;
    }
    return hostEnd == to || port(bytes, hostEnd, to) > 0;
  }

  /** The end of the host, before a colon or the end of the authority; -1 if the host is invalid. */
  private static int hostEnd(byte[] bytes, int from, int to) {
    if (from == to) {
      return -1;
    }
    int at = from;
    if (bytes[from] == '[') {
      while (at < to && bytes[at] != ']') {
        at++;
      }
      if (at == to || !isIpv6(bytes, from + 1, at)) {
        return -1;
      }
      at++;
    } else {
      while (at < to && NAME[bytes[at] & 0xff]) {
        at++;
      }
    }
    return at == to || bytes[at] == ':' ? at : -1;
  }

  /** The port after the colon; -1 if it is invalid. */
  private static int port(byte[] bytes, int colon, int to) {
    int digits = to - colon - 1;
    if (digits < 1 || digits > 5) {
      return -1;
    }
    int value = 0;
    for (int i = colon + 1; i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return -1;
      }
      value = value * 10 + (bytes[i] - '0');
    }
    return value >= 1 && value <= 65_535 ? value : -1;
  }

  /** Whether two valid authorities have the same host and port, given the scheme's default port. */
  static boolean agree(byte[] bytes, int from, int to, int from2, int to2, int schemePort) {
    int hostEnd = hostEnd(bytes, from, to);
    int hostEnd2 = hostEnd(bytes, from2, to2);
    if (hostEnd - from != hostEnd2 - from2) {
      return false;
    }
    for (int i = 0; i < hostEnd - from; i++) {
      if (folded(bytes[from + i]) != folded(bytes[from2 + i])) {
        return false;
      }
    }
    int port = hostEnd == to ? schemePort : port(bytes, hostEnd, to);
    int port2 = hostEnd2 == to2 ? schemePort : port(bytes, hostEnd2, to2);
    return port == port2;
  }

  private static int folded(byte b) {
    return b >= 'A' && b <= 'Z' ? b | 0x20 : b;
  }

  /** RFC 4291 §2.2: eight groups, or fewer with one double colon; the last two may be IPv4. */
  private static boolean isIpv6(byte[] bytes, int from, int to) {
    int groups = 0;
    boolean compressed = false;
    int at = from;
    if (to - from >= 2 && bytes[from] == ':' && bytes[from + 1] == ':') {
      compressed = true;
      at += 2;
    }
    while (at < to) {
      int start = at;
      while (at < to && Octets.hex(bytes[at]) >= 0) {
        at++;
      }
      if (at < to && bytes[at] == '.') {
        groups += isIpv4(bytes, start, to) ? 2 : 100;
        break;
      }
      if (at == start || at - start > 4) {
        return false;
      }
      groups++;
      if (at == to) {
        break;
      }
      if (bytes[at] != ':' || ++at == to) {
        return false;
      }
      if (bytes[at] == ':') {
        if (compressed) {
          return false;
        }
        compressed = true;
        at++;
      }
    }
    return compressed ? groups <= 7 : groups == 8;
  }

  private static boolean isIpv4(byte[] bytes, int from, int to) {
    int numbers = 0;
    int at = from;
    while (true) {
      int start = at;
      int value = 0;
      while (at < to && bytes[at] >= '0' && bytes[at] <= '9' && at - start < 3) {
        value = value * 10 + (bytes[at++] - '0');
      }
      boolean leadingZero = at - start > 1 && bytes[start] == '0';
      if (at == start || value > 255 || leadingZero) {
        return false;
      }
      numbers++;
      if (at == to) {
        return numbers == 4;
      }
      if (bytes[at++] != '.') {
        return false;
      }
    }
  }
}
