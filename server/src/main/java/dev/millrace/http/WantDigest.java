package dev.millrace.http;

import org.jspecify.annotations.Nullable;

/**
 * The {@code Want-Repr-Digest} field (RFC 9530 §4): a structured dictionary of algorithms with
 * integer preferences 0 to 10, of which 0 means "not acceptable".
 */
final class WantDigest {
  private WantDigest() {}

  /**
   * Whether SHA-256 is asked for. A field that cannot be parsed asks for nothing (RFC 8941 §4.2).
   *
   * @param field all lines of the field joined by commas, or null if there is none
   */
  static boolean sha256(@Nullable String field) {
    if (field == null) {
      return false;
    }
    boolean wanted = false;
    for (String member : field.split(",", -1)) {
      String item = member.strip();
      int equals = item.indexOf('=');
      if (equals < 1 || !isKey(item.substring(0, equals))) {
        return false;
      }
      int preference = preference(item.substring(equals + 1));
      if (preference < 0) {
        return false;
      }
      if (item.substring(0, equals).equals("sha-256")) {
        wanted = preference > 0; // the last of several counts
      }
    }
    return wanted;
  }

  private static boolean isKey(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || c == '*';
      if (!letter && (i == 0 || "0123456789_-.".indexOf(c) < 0)) {
        return false;
      }
    }
    return true;
  }

  /** 0 to 10, or -1 for anything else. */
  private static int preference(String text) {
    if (text.isEmpty() || text.length() > 2) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value <= 10 ? value : -1;
  }
}
