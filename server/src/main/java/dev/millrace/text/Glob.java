package dev.millrace.text;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A path pattern: {@code *} and {@code ?} match within a name, {@code **} across slashes; also
 * {@code [a-z]} and {@code {a,b}}. A pattern without a slash is matched against the last name,
 * otherwise against the whole path, which begins with a slash. Java's own globs depend on a file
 * system and its encoding.
 */
public final class Glob {
  private final String text;
  private final boolean wholePath;
  private final Pattern pattern;

  private Glob(String text, Pattern pattern) {
    this.text = text;
    this.wholePath = text.indexOf('/') >= 0;
    this.pattern = pattern;
  }

  /**
   * @throws IllegalArgumentException if the pattern is empty or malformed
   */
  public static Glob of(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("an empty pattern matches nothing");
    }
    try {
      return new Glob(text, Pattern.compile(regex(text), Pattern.DOTALL));
    } catch (PatternSyntaxException malformed) {
      throw new IllegalArgumentException("'" + text + "' has a bracket that is not closed");
    }
  }

  /** Whether a decoded path, which begins with a slash, matches. */
  public boolean matches(String path) {
    return pattern.matcher(wholePath ? path : path.substring(path.lastIndexOf('/') + 1)).matches();
  }

  private static String regex(String glob) {
    StringBuilder regex = new StringBuilder(glob.length() * 2);
    int groups = 0;
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> {
          boolean deep = i + 1 < glob.length() && glob.charAt(i + 1) == '*';
          regex.append(deep ? ".*" : "[^/]*");
          i += deep ? 1 : 0;
        }
        case '?' -> regex.append("[^/]");
        case '{' -> {
          groups++;
          regex.append("(?:");
        }
        case '}' -> {
          groups--;
          regex.append(')');
        }
        case ',' -> regex.append(groups > 0 ? "|" : ",");
        case '[' -> {
          boolean negated = i + 1 < glob.length() && glob.charAt(i + 1) == '!';
          regex.append(negated ? "[^/" : "[");
          i += negated ? 1 : 0;
        }
        case ']', '-' -> regex.append(c);
        default -> regex.append(Character.isLetterOrDigit(c) ? "" : "\\").append(c);
      }
    }
    return regex.toString();
  }

  @Override
  public String toString() {
    return text;
  }
}
