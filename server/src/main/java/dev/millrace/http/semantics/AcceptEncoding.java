package dev.millrace.http.semantics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Accept-Encoding field (RFC 9110 §12.5.3), matched with the stored codings. */
public final class AcceptEncoding {
  private static final int MAX_QUALITY = 1000;

  private AcceptEncoding() {}

  /**
   * The acceptable codings, best first: those with a quality not less than identity's. Codings of
   * equal quality keep the server's order.
   *
   * @param field the field's value; null selects identity
   * @param offered the codings that may be stored, in the server's order of preference
   */
  public static List<ContentCoding> preferred(@Nullable String field, List<ContentCoding> offered) {
    if (field == null || offered.isEmpty()) {
      return List.of();
    }
    Map<String, Integer> qualities = qualities(field);
    int identity = qualities.getOrDefault("identity", 1);
    List<ContentCoding> acceptable = new ArrayList<>(offered.size());
    for (ContentCoding coding : offered) {
      int quality = quality(qualities, coding);
      if (quality > 0 && quality >= identity) {
        acceptable.add(coding);
      }
    }
    acceptable.sort(Comparator.comparingInt((ContentCoding c) -> -quality(qualities, c)));
    return acceptable;
  }

  private static int quality(Map<String, Integer> qualities, ContentCoding coding) {
    Integer own = qualities.get(coding.token());
    if (own == null && coding == ContentCoding.GZIP) {
      own = qualities.get("x-gzip"); // an alias (§8.4.1.3)
    }
    return own != null ? own : qualities.getOrDefault("*", 0);
  }

  /** Qualities in thousandths by coding; malformed members are ignored. */
  private static Map<String, Integer> qualities(String field) {
    Map<String, Integer> qualities = new HashMap<>();
    for (String member : field.split(",", -1)) {
      int semicolon = member.indexOf(';');
      String coding = (semicolon < 0 ? member : member.substring(0, semicolon)).strip();
      int quality = semicolon < 0 ? MAX_QUALITY : weight(member.substring(semicolon + 1).strip());
      if (!coding.isEmpty() && quality >= 0) {
        qualities.putIfAbsent(coding.toLowerCase(Locale.ROOT), quality);
      }
    }
    return qualities;
  }

  /** The weight {@code q=0.5} (RFC 9110 §12.4.2) in thousandths, or -1 if malformed. */
  static int weight(String parameter) {
    if (parameter.length() < 3 || parameter.length() > 7) {
      return -1;
    }
    if (Character.toLowerCase(parameter.charAt(0)) != 'q' || parameter.charAt(1) != '=') {
      return -1;
    }
    int value = 0;
    int scale = MAX_QUALITY;
    for (int i = 2; i < parameter.length(); i++) {
      char c = parameter.charAt(i);
      if (i == 3) {
        if (c != '.') {
          return -1;
        }
      } else if (c < '0' || c > '9') {
        return -1;
      } else {
        value += (c - '0') * scale;
        scale /= 10;
      }
    }
    return value <= MAX_QUALITY ? value : -1;
  }
}
