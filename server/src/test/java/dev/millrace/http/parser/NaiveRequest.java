package dev.millrace.http.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A second implementation of the rules for request heads and chunked bodies, written for
 * readability with regular expressions on complete text. The parser is compared with it.
 *
 * @param length bytes of the head
 * @param last whether the connection ends after this request
 */
public record NaiveRequest(
    int length,
    String method,
    String target,
    boolean http11,
    long bodyLength,
    boolean chunked,
    boolean last) {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  private static final Pattern REQUEST_LINE =
      Pattern.compile(
          "(GET|HEAD|OPTIONS|POST|PUT|DELETE|PATCH) "
              + "((?! )(?:[!\"$&->@-\\[\\]-~]|%(?!00)[0-9A-Fa-f]{2})*"
              + "(?:\\?(?:(?!%00)[!\"$-~])*)?) HTTP/1\\.([01])");

  private static final Pattern FIELD =
      Pattern.compile("(" + TOKEN + "):[ \t]*((?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?)[ \t]*");

  private static final Pattern ABSOLUTE = Pattern.compile("(?i:(https?)://)([^/?]*)(.*)");

  private static final Pattern HOST =
      Pattern.compile("(?:([A-Za-z0-9._~!$&'()*+,;=-]+)|\\[([0-9A-Fa-f:.]+)\\])(?::([0-9]{1,5}))?");

  private static final Pattern CHUNK =
      Pattern.compile(
          "([0-9A-Fa-f]{1,16})((?:;"
              + TOKEN
              + "(?:=(?:"
              + TOKEN
              + "|\"(?:[\t -!#-\\[\\]-~\u0080-\u00ff]|\\\\[\t -~\u0080-\u00ff])*\"))?)*)");

  /** Parses the head at the start of the text; returns null if it is incomplete or invalid. */
  public static @Nullable NaiveRequest parse(String text, HttpLimits limits) {
    int start = text.startsWith("\r\n") ? 2 : 0;
    int end = text.indexOf("\r\n\r\n", start);
    if (end < 0 || end + 4 > limits.headBytes()) {
      return null;
    }
    List<String> lines = List.of(text.substring(start, end).split("\r\n", -1));
    Matcher line = REQUEST_LINE.matcher(lines.getFirst());
    if (!line.matches() || line.group(2).length() > limits.targetBytes()) {
      return null;
    }
    if (lines.size() - 1 > limits.fields()) {
      return null;
    }
    List<String[]> fields = new ArrayList<>();
    for (String field : lines.subList(1, lines.size())) {
      Matcher matcher = FIELD.matcher(field);
      if (!matcher.matches()) {
        return null;
      }
      fields.add(new String[] {matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2)});
    }
    boolean http11 = line.group(3).equals("1");
    if (!hasValidFraming(fields, http11)) {
      return null;
    }
    String target = target(line.group(1), line.group(2), values(fields, "host"));
    if (target == null) {
      return null;
    }
    List<String> lengths = values(fields, "content-length");
    return new NaiveRequest(
        end + 4,
        line.group(1),
        target,
        http11,
        lengths.isEmpty() ? 0 : Long.parseLong(lengths.getFirst()),
        !values(fields, "transfer-encoding").isEmpty(),
        isLast(http11, values(fields, "connection")));
  }

  private static boolean isLast(boolean http11, List<String> connection) {
    List<String> options =
        List.of(String.join(",", connection).toLowerCase(Locale.ROOT).split("[ \t]*,[ \t]*"));
    return options.contains("close") || (!http11 && !options.contains("keep-alive"));
  }

  private static List<String> values(List<String[]> fields, String name) {
    return fields.stream().filter(field -> field[0].equals(name)).map(field -> field[1]).toList();
  }

  private static boolean hasValidFraming(List<String[]> fields, boolean http11) {
    List<String> hosts = values(fields, "host");
    List<String> lengths = values(fields, "content-length");
    List<String> codings = values(fields, "transfer-encoding");
    List<String> expectations = values(fields, "expect");
    return hosts.size() <= 1
        && (!http11 || hosts.size() == 1)
        && hosts.stream().allMatch(NaiveRequest::isHost)
        && lengths.size() <= 1
        && lengths.stream().allMatch(length -> length.matches("[0-9]{1,18}"))
        && codings.size() <= 1
        && codings.stream().allMatch("chunked"::equalsIgnoreCase)
        && (codings.isEmpty() || (lengths.isEmpty() && http11))
        && expectations.size() <= 1
        && expectations.stream().allMatch("100-continue"::equalsIgnoreCase);
  }

  private static boolean isHost(String host) {
    Matcher matcher = HOST.matcher(host);
    if (!matcher.matches()) {
      return false;
    }
    String port = matcher.group(3);
    boolean portIsRight =
        port == null || (Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= 65_535);
    return portIsRight && (matcher.group(2) == null || isIpv6(matcher.group(2)));
  }

  private static boolean isIpv6(String text) {
    String number = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    String plain = text.replaceFirst("(?<=:)" + number + "(?:\\." + number + "){3}$", "0:0");
    int gap = plain.indexOf("::");
    if (gap < 0) {
      return plain.matches("[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}");
    }
    String groups = "(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?";
    String before = plain.substring(0, gap);
    String after = plain.substring(gap + 2);
    long colons = (before + after).chars().filter(c -> c == ':').count();
    int sides = (before.isEmpty() ? 0 : 1) + (after.isEmpty() ? 0 : 1);
    return before.matches(groups) && after.matches(groups) && colons + sides <= 7;
  }

  /** The target in origin form; null if it has no valid form or contradicts Host. */
  private static @Nullable String target(String method, String target, List<String> hosts) {
    if (target.startsWith("/")) {
      return target;
    }
    if (target.equals("*")) {
      return method.equals("OPTIONS") ? target : null;
    }
    Matcher absolute = ABSOLUTE.matcher(target);
    if (!absolute.matches() || !isHost(absolute.group(2))) {
      return null;
    }
    String port = absolute.group(1).equalsIgnoreCase("http") ? "80" : "443";
    if (!hosts.isEmpty() && !whole(hosts.getFirst(), port).equals(whole(absolute.group(2), port))) {
      return null;
    }
    String path = absolute.group(3);
    if (path.isEmpty() && method.equals("OPTIONS")) {
      return "*";
    }
    return path.startsWith("/") ? path : "/" + path;
  }

  private static String whole(String authority, String port) {
    boolean hasPort = authority.matches(".*:[0-9]+") && !authority.endsWith("]");
    String lower = authority.toLowerCase(Locale.ROOT);
    if (!hasPort) {
      return lower + ":" + port;
    }
    int colon = lower.lastIndexOf(':');
    return lower.substring(0, colon + 1) + Integer.parseInt(lower.substring(colon + 1));
  }

  /** The data of a chunked body, a space and the body's encoded length; null if it is invalid. */
  public static @Nullable String unchunk(String text, HttpLimits limits) {
    StringBuilder data = new StringBuilder();
    int at = 0;
    int extensions = 0;
    while (true) {
      int end = text.indexOf("\r\n", at);
      Matcher line = end < 0 ? null : CHUNK.matcher(text.substring(at, end));
      if (line == null || !line.matches()) {
        return null;
      }
      long size = Long.parseUnsignedLong(line.group(1), 16);
      extensions += line.group(2).length();
      if (size < 0 || size >= 1L << 52 || extensions > limits.chunkExtensionBytes()) {
        return null;
      }
      at = end + 2;
      if (size == 0) {
        break;
      }
      if (size > text.length() - at || !text.startsWith("\r\n", at + (int) size)) {
        return null;
      }
      data.append(text, at, at + (int) size);
      at += (int) size + 2;
    }
    int trailers = at;
    while (true) {
      int end = text.indexOf("\r\n", at);
      if (end < 0 || at - trailers > limits.trailerBytes()) {
        return null;
      }
      if (end == at) {
        return data + " " + (end + 2);
      }
      Matcher field = FIELD.matcher(text.substring(at, end));
      if (!field.matches() || ChunkParser.isNoTrailer(field.group(1))) {
        return null;
      }
      at = end + 2;
    }
  }
}
