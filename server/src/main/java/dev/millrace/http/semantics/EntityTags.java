package dev.millrace.http.semantics;

import java.util.List;

/** Lists of entity tags, as If-Match and If-None-Match carry them (RFC 9110 §8.8.3, §13.1). */
final class EntityTags {
  private EntityTags() {}

  /**
   * Whether a list contains one of the tags.
   *
   * @param field the field's value
   * @param tags strong tags in quotes, all valid for the current representation
   * @param weakly whether a weak tag may match (If-None-Match) or not (If-Match)
   * @return false also for a list that is malformed before a match
   */
  static boolean match(String field, List<String> tags, boolean weakly) {
    int at = 0;
    while (at < field.length()) {
      char c = field.charAt(at);
      if (c == ' ' || c == '\t' || c == ',') {
        at++;
        continue;
      }
      boolean weak = field.startsWith("W/", at);
      int open = weak ? at + 2 : at;
      int close = closingQuote(field, open);
      if (close < 0) {
        return false;
      }
      if ((weakly || !weak) && tags.contains(field.substring(open, close + 1))) {
        return true;
      }
      at = close + 1;
      if (at < field.length() && " \t,".indexOf(field.charAt(at)) < 0) {
        return false;
      }
    }
    return false;
  }

  /** The end of the tag whose opening quote is at {@code open}; -1 if there is no tag. */
  private static int closingQuote(String field, int open) {
    if (open >= field.length() || field.charAt(open) != '"') {
      return -1;
    }
    for (int i = open + 1; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '"') {
        return i;
      }
      if (c <= ' ' || c == 0x7f) {
        return -1;
      }
    }
    return -1;
  }
}
