package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of paths whose parts a target repeats: {@code /blog/post-*.html} with the target {@code
 * /posts/$1}. {@code *} matches a part of one name, {@code **} any number of names.
 *
 * <p>It is matched with the canonical, percent-encoded path, so a repeated part needs no encoding.
 * A name has at most one wildcard and a pattern at most one {@code **}, so that a match takes at
 * most quadratic time, whatever the path.
 */
final class PathPattern {
  // Wildcards as single characters, which no encoded path contains.
  private static final char IN_NAME = '\u0001';
  private static final char ANY = '\u0002';

  private static final int MAX_WILDCARDS = 9;
  private static final Pattern REFERENCE = Pattern.compile("\\$([1-9])");

  /** The encoded text with wildcards as single characters. */
  private final String tokens;

  private final String wildcards;
  private final Pattern regex;

  private PathPattern(String tokens) {
    this.tokens = tokens;
    StringBuilder found = new StringBuilder();
    StringBuilder expression = new StringBuilder();
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < tokens.length(); i++) {
      char c = tokens.charAt(i);
      if (isWildcard(c)) {
        found.append(c);
        expression.append(Pattern.quote(literal.toString()));
        expression.append(c == ANY ? "(.*)" : "([^/]*)");
        literal.setLength(0);
      } else {
        literal.append(c);
      }
    }
    this.wildcards = found.toString();
    this.regex = Pattern.compile(expression.append(Pattern.quote(literal.toString())).toString());
  }

  private static boolean isWildcard(char c) {
    return c == IN_NAME || c == ANY;
  }

  /**
   * @param text if it ends with a slash, each path below it matches too
   * @throws IllegalArgumentException the message states the rule
   */
  static PathPattern of(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("is not a path that begins with a slash");
    }
    StringBuilder tokens = new StringBuilder();
    int deep = 0;
    int all = 0;
    for (String name : text.substring(1).split("/", -1)) {
      tokens.append('/');
      int star = name.indexOf('*');
      boolean any = name.startsWith("**", Math.max(star, 0));
      String after = star < 0 ? "" : name.substring(star + (any ? 2 : 1));
      if (after.indexOf('*') >= 0) {
        throw new IllegalArgumentException("has more than one wildcard in a name");
      }
      encode(star < 0 ? name : name.substring(0, star), tokens);
      if (star >= 0) {
        tokens.append(any ? ANY : IN_NAME);
        all++;
        deep += any ? 1 : 0;
      }
      encode(after, tokens);
    }
    if (deep > 1 || all > MAX_WILDCARDS) {
      throw new IllegalArgumentException("has more than one '**' or more than 9 wildcards");
    }
    if (text.endsWith("/")) {
      tokens.append(ANY);
      if (deep > 0) {
        throw new IllegalArgumentException("ends with a slash, which stands for another '**'");
      }
    }
    return new PathPattern(tokens.toString());
  }

  /** Appends a part of a name in its canonical encoding, percent-encoded or not. */
  private static void encode(String part, StringBuilder to) {
    if (part.isEmpty()) {
      return;
    }
    byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
    RequestPath path = RequestPath.parse("/" + new String(utf8, StandardCharsets.ISO_8859_1));
    if (!(path instanceof ParsedPath parsed) || parsed.segments().size() != 1) {
      throw new IllegalArgumentException("is not a path that begins with a slash");
    }
    RequestPath.encode(parsed.segments().getFirst(), to);
  }

  /** The number of wildcards. */
  int wildcards() {
    return wildcards.length();
  }

  /** Whether paths below the literal text match, so that the text without its slash does too. */
  private boolean isTree() {
    return tokens.endsWith("/" + ANY);
  }

  /** The parts of a path that the wildcards match, percent-encoded; null if it does not match. */
  @Nullable List<String> match(ParsedPath path) {
    String directory = path.encodedDirectory();
    boolean slash = path.directory() || isTree();
    Matcher matcher =
        regex.matcher(slash ? directory : directory.substring(0, directory.length() - 1));
    if (!matcher.matches()) {
      return null;
    }
    List<String> parts = new ArrayList<>(matcher.groupCount());
    for (int i = 1; i <= matcher.groupCount(); i++) {
      parts.add(matcher.group(i));
    }
    int last = parts.size() - 1;
    if (isTree() && !path.directory() && !parts.get(last).isEmpty()) {
      parts.set(last, parts.get(last).substring(0, parts.get(last).length() - 1));
    }
    return parts;
  }

  /** The greatest number of a reference in a target, 0 for none. */
  static int references(String target) {
    return REFERENCE
        .matcher(target)
        .results()
        .mapToInt(found -> Integer.parseInt(found.group(1)))
        .max()
        .orElse(0);
  }

  /** A target with the parts in place of their references. */
  static String expand(String target, List<String> parts) {
    return REFERENCE
        .matcher(target)
        .replaceAll(
            found -> Matcher.quoteReplacement(parts.get(Integer.parseInt(found.group(1)) - 1)));
  }

  /** Whether each path that matches is longer than the one to which a target leads. */
  boolean shortens(String target) {
    boolean[] used = new boolean[MAX_WILDCARDS];
    int literals = tokens.length() - wildcards.length();
    Matcher references = REFERENCE.matcher(target);
    int length = target.length();
    while (references.find()) {
      int number = Integer.parseInt(references.group(1)) - 1;
      if (used[number]) {
        return false;
      }
      used[number] = true;
      length -= references.group().length();
    }
    return length < literals;
  }

  /**
   * Whether a path to which this pattern leads by a target can match another pattern.
   *
   * @param target percent-encoded, without query
   */
  boolean leadsTo(String target, PathPattern other) {
    String mine =
        REFERENCE
            .matcher(target)
            .replaceAll(
                found -> String.valueOf(wildcards.charAt(Integer.parseInt(found.group(1)) - 1)));
    return overlap(mine, other.tokens) || overlap(mine + "/", other.tokens);
  }

  /** Whether a text matches both. Row by row, as edit distances are computed. */
  private static boolean overlap(String one, String other) {
    BitSet reachable = new BitSet(); // positions in other, after the current ones of one
    reachable.set(0);
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j < other.length(); j++) {
        boolean skip = isWildcard(other.charAt(j)); // it matches nothing more
        if (reachable.get(j) && skip) {
          reachable.set(j + 1);
        }
        if (i < one.length()
            && isWildcard(one.charAt(i))
            && reachable.get(j)
            && accepts(one.charAt(i), other.charAt(j))) {
          reachable.set(j + 1); // one's wildcard matches this character
        }
      }
      if (i == one.length()) {
        break;
      }
      BitSet next = new BitSet();
      char c = one.charAt(i);
      for (int j = reachable.nextSetBit(0); j >= 0; j = reachable.nextSetBit(j + 1)) {
        if (isWildcard(c)) {
          next.set(j);
        } else if (j < other.length() && isWildcard(other.charAt(j))) {
          if (accepts(other.charAt(j), c)) {
            next.set(j);
          }
        } else if (j < other.length() && other.charAt(j) == c) {
          next.set(j + 1);
        }
      }
      reachable = next;
    }
    return reachable.get(other.length());
  }

  private static boolean accepts(char wildcard, char c) {
    return wildcard == ANY || c != '/';
  }
}
