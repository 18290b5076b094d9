package dev.millrace.text;

import java.util.Locale;

/**
 * What a user types to find names: {@code *} matches any text and {@code ?} one character; without
 * either, the text may be anywhere in the name. Case is ignored. A match takes at most the product
 * of both lengths, whatever the pattern.
 */
public final class Wildcard {
  private final String pattern;

  private Wildcard(String pattern) {
    this.pattern = pattern;
  }

  public static Wildcard of(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    boolean plain = lower.indexOf('*') < 0 && lower.indexOf('?') < 0;
    return new Wildcard(plain ? "*" + lower + "*" : lower);
  }

  /** Whether a name matches. */
  public boolean matches(String name) {
    String text = name.toLowerCase(Locale.ROOT);
    int at = 0;
    int in = 0;
    int star = -1; // the last one, to which a mismatch goes back
    int starIn = 0;
    while (in < text.length()) {
      char c = at < pattern.length() ? pattern.charAt(at) : 0;
      if (c == '*') {
        star = at++;
        starIn = in;
      } else if (at < pattern.length() && (c == '?' || c == text.charAt(in))) {
        at++;
        in++;
      } else if (star >= 0) {
        at = star + 1;
        in = ++starIn;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }
}
