package dev.millrace.http.semantics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The Accept field (RFC 9110 §12.5.1), reduced to the choice between HTML and another type. */
public final class AcceptType {
  private AcceptType() {}

  /** Whether JSON has a higher quality than HTML. JSON must be listed itself, not by a wildcard. */
  public static boolean prefersJson(@Nullable String field) {
    return prefers("application/json", field);
  }

  /**
   * Whether a type has a higher quality than HTML. It must be listed itself, not by a wildcard.
   *
   * @param type in lower case, without parameters
   * @param field value of Accept, or null
   */
  public static boolean prefers(String type, @Nullable String field) {
    if (field == null) {
      return false;
    }
    int wanted = -1;
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
        case "text/html" -> html = quality;
        case "text/*" -> text = quality;
        case "*/*" -> any = quality;
        case String other -> wanted = other.equals(type) ? quality : wanted;
      }
    }
    return wanted > 0 && wanted > (html >= 0 ? html : text >= 0 ? text : any);
  }
}
