package dev.millrace.files;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The decoded path of a request.
 *
 * @param segments decoded names; none is empty, {@code .} or {@code ..}
 * @param directory whether the target ended with a slash
 */
public record ParsedPath(List<byte[]> segments, boolean directory) implements RequestPath {
  public ParsedPath {
    segments = List.copyOf(segments);
  }

  /** The root's path, without names. */
  public static final ParsedPath ROOT = new ParsedPath(List.of(), true);

  /**
   * Whether a name begins with a dot, except {@code .well-known} at the root (RFC 8615).
   *
   * @param from index of the first name to check
   */
  public boolean isHidden(int from) {
    for (int i = from; i < segments.size(); i++) {
      byte[] name = segments.get(i);
      if (name[0] == '.' && !(i == 0 && isWellKnown(name))) {
        return true;
      }
    }
    return false;
  }

  /** Whether the first names equal all names of {@code prefix}. */
  public boolean startsWith(ParsedPath prefix) {
    if (prefix.segments.size() > segments.size()) {
      return false;
    }
    for (int i = 0; i < prefix.segments.size(); i++) {
      if (!Arrays.equals(prefix.segments.get(i), segments.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Of the rules whose prefix this path starts with, the one with the longest; null for none. */
  public <T> @Nullable T longestPrefix(List<T> rules, Function<T, ParsedPath> prefixOf) {
    T best = null;
    int bestNames = -1;
    for (T rule : rules) {
      ParsedPath prefix = prefixOf.apply(rule);
      if (prefix.segments.size() > bestNames && startsWith(prefix)) {
        best = rule;
        bestNames = prefix.segments.size();
      }
    }
    return best;
  }

  /** The names after {@code prefix}, which this path starts with. */
  public ParsedPath below(ParsedPath prefix) {
    int count = prefix.segments.size();
    return count == 0 ? this : new ParsedPath(segments.subList(count, segments.size()), directory);
  }

  /** The decoded path with slashes, as UTF-8: for patterns and display, not for opening. */
  public String decoded() {
    StringBuilder out = new StringBuilder();
    for (byte[] name : segments) {
      out.append('/').append(new String(name, StandardCharsets.UTF_8));
    }
    return directory || segments.isEmpty() ? out.append('/').toString() : out.toString();
  }

  private static boolean isWellKnown(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1).equals(".well-known");
  }

  /** The path relative to the root, with {@code suffix} appended as a last name, for openat2(2). */
  public byte[] relative(String suffix) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    for (int i = 0; i < segments.size(); i++) {
      if (i > 0) {
        out.write('/');
      }
      out.writeBytes(segments.get(i));
    }
    if (!suffix.isEmpty() && !segments.isEmpty()) {
      out.write('/');
    }
    out.writeBytes(suffix.getBytes(StandardCharsets.UTF_8));
    return segments.isEmpty() && suffix.isEmpty() ? new byte[] {'.'} : out.toByteArray();
  }

  /** The canonical absolute path with a trailing slash, percent-encoded: for a redirect. */
  public String encodedDirectory() {
    StringBuilder out = new StringBuilder("/");
    for (byte[] name : segments) {
      RequestPath.encode(name, out);
      out.append('/');
    }
    return out.toString();
  }

  /** The path of a directory in this one. */
  public ParsedPath with(byte[] name) {
    List<byte[]> longer = new ArrayList<>(segments);
    longer.add(name);
    return new ParsedPath(longer, true);
  }

  /** The path of the directory that contains the last name; not for the root. */
  public ParsedPath parent() {
    return new ParsedPath(segments.subList(0, segments.size() - 1), true);
  }

  /** This path without the last {@code bytes} bytes of the last name, which must be longer. */
  public ParsedPath withoutSuffix(int bytes) {
    byte[] last = segments.getLast();
    List<byte[]> shorter = new ArrayList<>(segments);
    shorter.set(segments.size() - 1, Arrays.copyOf(last, last.length - bytes));
    return new ParsedPath(shorter, directory);
  }

  /** This path with a longer last name. */
  public ParsedPath withSuffix(String suffix) {
    List<byte[]> longer = new ArrayList<>(segments);
    String last = lastName() + suffix;
    longer.set(segments.size() - 1, last.getBytes(StandardCharsets.ISO_8859_1));
    return new ParsedPath(longer, directory);
  }

  /** The path relative to the root of a name in this directory, for openat2(2). */
  public byte[] child(byte[] name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    if (!segments.isEmpty()) {
      out.writeBytes(relative(""));
      out.write('/');
    }
    out.writeBytes(name);
    return out.toByteArray();
  }

  /** The last name, or empty for the root. */
  public String lastName() {
    return segments.isEmpty() ? "" : new String(segments.getLast(), StandardCharsets.ISO_8859_1);
  }
}
