package dev.millrace.text;

import org.jspecify.annotations.Nullable;

/** JSON strings (RFC 8259 §7). */
public final class JsonText {
  private JsonText() {}

  /** Appends a comma and a member; appends nothing if the value is null. */
  public static void member(StringBuilder out, String name, @Nullable String value) {
    if (value != null) {
      out.append(",\"").append(name).append("\":");
      string(out, value);
    }
  }

  /** Appends a quoted, escaped string. */
  public static void string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f || c == '\u2028' || c == '\u2029') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
