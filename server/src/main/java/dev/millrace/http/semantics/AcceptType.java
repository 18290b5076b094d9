package dev.millrace.http.semantics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The Accept field (RFC 9110 §12.5.1), reduced to the choice between HTML and JSON. */
public final class AcceptType {
  private AcceptType() {}

  /** Whether JSON has a higher quality than HTML. JSON must be listed itself, not by a wildcard. */
  public static boolean prefersJson(@Nullable String field) {
    if (field == null) {
      return false;
    }
    int json = -1;
    int html = -1;
    int text = -1;
    int any = -1;
    for (String member : field.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = member.split(";", -1);
      int quality = 1000;
      for (int i = 1; i < parts.length; i++) {
        if (parts[i].strip().startsWith("q=")) {
          quality = Math.max(0, AcceptEncoding.weight(parts[i].strip()));
        }
      }
      switch (parts[0].strip()) {
        case "application/json" -> json = quality;
        case "text/html" -> html = quality;
        case "text/*" -> text = quality;
        case "*/*" -> any = quality;
        default -> {} // neither HTML nor JSON
      }
    }
    return json > 0 && json > (html >= 0 ? html : text >= 0 ? text : any);
  }
}
